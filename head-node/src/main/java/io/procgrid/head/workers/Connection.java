package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import com.google.protobuf.MessageLite;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.rpc.SecretClientInterceptor;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.proto.v1.Address;
import io.procgrid.proto.v1.ConnectRequest;
import io.procgrid.proto.v1.ConnectResponse;
import io.procgrid.proto.v1.ForgetRequest;
import io.procgrid.proto.v1.ForgetResponse;
import io.procgrid.proto.v1.InventoryEntry;
import io.procgrid.proto.v1.InventoryRequest;
import io.procgrid.proto.v1.KillRequest;
import io.procgrid.proto.v1.ReadOutputRequest;
import io.procgrid.proto.v1.StartOrder;
import io.procgrid.proto.v1.StartRequest;
import io.procgrid.proto.v1.StartResponse;
import io.procgrid.proto.v1.WorkerGrpc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one worker process, from Connect to its loss; never opened again.
 *
 * <pre>
 *   new ── open ──► connecting ── Connect answered ──► up ──► closed
 *                        └────────── failed ───────────────────▲
 * </pre>
 *
 * <p>Lives on the link's serialising executor, which also runs the callbacks of its calls. Closed,
 * it reports nothing more.
 */
final class Connection {
  /** Interval of HTTP/2 pings on a connection; gRPC allows clients no less. */
  private static final long KEEP_ALIVE_SECONDS = 10;

  private final HeadEffect.Dial dial;
  private final LinkEnvironment environment;
  private final Executor serial;
  private final Consumer<Connection> onUp;
  private final BiConsumer<Connection, String> onLoss;
  private final Address address;
  private final ManagedChannel channel;
  private final WorkerGrpc.WorkerStub stub;
  private final WatchCall watch;
  private final TreeMap<Long, CompletableFuture<?>> unanswered = new TreeMap<>();
  private final Set<String> bundlesOnTheWay = new HashSet<>();
  private long calls;
  private boolean up;
  private boolean closed;

  /**
   * @param onUp called when the worker has answered Connect, after LinkUp was reported
   * @param onLoss called once when the connection failed, with the reason for the user; must close
   */
  Connection(
      HeadEffect.Dial dial,
      LinkEnvironment environment,
      Executor serial,
      Consumer<Connection> onUp,
      BiConsumer<Connection, String> onLoss) {
    this.dial = dial;
    this.environment = environment;
    this.serial = serial;
    this.onUp = onUp;
    this.onLoss = onLoss;
    this.address =
        Address.newBuilder()
            .setClusterId(environment.cluster().value())
            .setWorkerIdentity(dial.identity().value())
            .setWorkerInstance(dial.instance().value())
            .setEpoch(WireCodec.encode(dial.epoch()))
            .build();
    this.channel =
        NettyChannelBuilder.forTarget("dns:///" + dial.address())
            .usePlaintext()
            .executor(serial)
            .intercept(new SecretClientInterceptor(environment.secret()))
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(environment.timing().silence(), TimeUnit.MILLISECONDS)
            .build();
    this.stub = WorkerGrpc.newStub(channel);
    this.watch = new WatchCall(this, environment);
  }

  boolean isUp() {
    return up;
  }

  boolean serves(WorkerInstance instance) {
    return dial.instance().equals(instance);
  }

  WorkerIdentity identity() {
    return dial.identity();
  }

  WorkerInstance instance() {
    return dial.instance();
  }

  /** The worker's name in messages to users. */
  String worker() {
    return "worker %d at %s".formatted(dial.number(), dial.address());
  }

  /** What every request carries. */
  Address address() {
    return address;
  }

  Executor serial() {
    return serial;
  }

  /** Calls without a deadline. */
  WorkerGrpc.WorkerStub endless() {
    return stub;
  }

  private WorkerGrpc.WorkerStub within(long millis) {
    return stub.withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
  }

  /** Reports an event, unless the connection is closed. */
  void emit(HeadEvent event) {
    if (!closed) {
      environment.events().accept(event);
    }
  }

  /** Gives the connection up. */
  void lose(String reason) {
    if (!closed) {
      onLoss.accept(this, reason);
    }
  }

  /**
   * Handles the failure of a call: a refusal means that the other side is not, or no longer, the
   * worker that was dialled, or that another head took over.
   *
   * @param report reports the failure when the connection stands, with the reason for the user
   */
  private void failed(Status status, Consumer<String> report) {
    if (closed) {
      return;
    }
    String reason = CallFailure.describe(worker(), status);
    if (CallFailure.isRefusal(status)) {
      lose(reason);
    } else {
      report.accept(reason);
    }
  }

  void open() {
    within(environment.timing().connect())
        .connect(
            ConnectRequest.newBuilder().setTo(address).setWorkerNumber(dial.number()).build(),
            new CollectedReply<>(
                this::decodeConnect, this::connected, status -> failed(status, this::lose)));
  }

  private HeadEvent.LinkUp decodeConnect(ConnectResponse response) {
    return new HeadEvent.LinkUp(
        dial.identity(),
        dial.instance(),
        WireCodec.decode(response.getHighestEpoch()),
        response.getHighestRunId(),
        ImmutableList.copyOf(response.getBundlesList()));
  }

  private void connected(ImmutableList<HeadEvent.LinkUp> answer) {
    if (closed) {
      return;
    }
    up = true;
    emit(answer.getFirst());
    onUp.accept(this);
    watch.open();
  }

  void fetchInventory() {
    within(environment.timing().inventory())
        .inventory(
            InventoryRequest.newBuilder().setTo(address).build(),
            new CollectedReply<InventoryEntry, HeadEvent.InventoryItem>(
                WorkerWire::decode,
                items ->
                    emit(new HeadEvent.InventoryReceived(dial.identity(), dial.instance(), items)),
                status -> failed(status, this::lose)));
  }

  void start(List<HeadEffect.StartOrder> orders) {
    List<HeadEvent.StartAnswer> tooLarge = new ArrayList<>();
    List<StartOrder> sendable = new ArrayList<>();
    for (HeadEffect.StartOrder order : orders) {
      StartOrder message = WorkerWire.encode(order);
      if (message.getSerializedSize() <= MessageSplit.MOST_BYTES) {
        sendable.add(message);
      } else {
        tooLarge.add(
            new HeadEvent.StartAnswer(
                order.segment(),
                order.dispatchNumber(),
                HeadEvent.StartAnswer.Decision.REJECTED,
                "command, parameters and environment have %d bytes; one start carries at most %d"
                    .formatted(message.getSerializedSize(), MessageSplit.MOST_BYTES)));
      }
    }
    if (!tooLarge.isEmpty()) {
      emit(
          new HeadEvent.StartAnswered(
              dial.identity(), dial.instance(), ImmutableList.copyOf(tooLarge)));
    }
    for (List<StartOrder> part : split(sendable)) {
      startPart(part);
    }
  }

  private void startPart(List<StartOrder> orders) {
    ImmutableList<SegmentKey> segments =
        orders.stream()
            .map(order -> WireCodec.decode(order.getSegment()))
            .collect(ImmutableList.toImmutableList());
    within(environment.timing().call())
        .start(
            StartRequest.newBuilder().setTo(address).addAllOrders(orders).build(),
            new CollectedReply<StartResponse, ImmutableList<HeadEvent.StartAnswer>>(
                response ->
                    response.getAnswersList().stream()
                        .map(WorkerWire::decode)
                        .collect(ImmutableList.toImmutableList()),
                answers ->
                    emit(
                        new HeadEvent.StartAnswered(
                            dial.identity(), dial.instance(), answers.getFirst())),
                status ->
                    failed(
                        status,
                        reason ->
                            emit(
                                new HeadEvent.StartUnanswered(
                                    dial.identity(), dial.instance(), segments, reason)))));
  }

  void kill(List<HeadEffect.KillOrder> orders) {
    var messages = orders.stream().map(WorkerWire::encode).toList();
    for (List<io.procgrid.proto.v1.KillOrder> part : split(messages)) {
      within(environment.timing().kill())
          .kill(
              KillRequest.newBuilder().setTo(address).addAllOrders(part).build(),
              new KillCall(this, part));
    }
  }

  /** Handles the failure of a Kill stream. */
  void killFailed(Status status, Consumer<String> report) {
    failed(status, report);
  }

  /** What could not be asked is kept: to be asked again. */
  void forget(List<HeadEffect.ForgetOrder> orders) {
    var messages = orders.stream().map(WorkerWire::encode).toList();
    for (List<io.procgrid.proto.v1.ForgetOrder> part : split(messages)) {
      ImmutableList<SegmentKey> segments =
          part.stream()
              .map(order -> WireCodec.decode(order.getSegment()))
              .collect(ImmutableList.toImmutableList());
      within(environment.timing().call())
          .forget(
              ForgetRequest.newBuilder().setTo(address).addAllOrders(part).build(),
              new CollectedReply<ForgetResponse, HeadEvent.Forgotten>(
                  response ->
                      new HeadEvent.Forgotten(
                          dial.identity(),
                          dial.instance(),
                          WorkerWire.decode(response.getForgottenList()),
                          WorkerWire.decode(response.getKeptList())),
                  answer -> emit(answer.getFirst()),
                  status ->
                      failed(
                          status,
                          reason ->
                              emit(
                                  new HeadEvent.Forgotten(
                                      dial.identity(),
                                      dial.instance(),
                                      ImmutableList.of(),
                                      segments)))));
    }
  }

  /** One delivery answers every request for the same files that comes while it is under way. */
  void putBundle(String hash) {
    if (!bundlesOnTheWay.add(hash)) {
      return;
    }
    CompletableFuture<Boolean> delivered =
        new BundleUpload(this, environment.bundles(), hash)
            .send(within(environment.timing().bundle()), environment.executor());
    track(
        delivered,
        (done, failure) -> {
          bundlesOnTheWay.remove(hash);
          emit(
              failure == null
                  ? new HeadEvent.BundleDelivered(dial.identity(), dial.instance(), hash)
                  : new HeadEvent.BundleFailed(
                      dial.identity(), dial.instance(), hash, reasonOf(failure)));
        });
  }

  void collectOutput(SegmentKey segment, int maxLines) {
    var _ =
        readOutput(segment, maxLines)
            .whenComplete((output, failure) ->
                emit(
                    failure == null
                        ? new HeadEvent.OutputCollected(
                            dial.identity(), dial.instance(), segment, output)
                        : new HeadEvent.OutputUnavailable(
                            dial.identity(), dial.instance(), segment, reasonOf(failure))));
  }

  /** The latest lines of a segment, or a {@link CallFailure}. */
  CompletableFuture<SegmentOutput> readOutput(SegmentKey segment, int maxLines) {
    OutputCall call = new OutputCall(worker(), maxLines);
    track(call.output(), (output, failure) -> {});
    within(environment.timing().output())
        .readOutput(
            ReadOutputRequest.newBuilder()
                .setTo(address)
                .setSegment(WireCodec.encode(segment))
                .setMaxLines(maxLines)
                .build(),
            call);
    return call.output();
  }

  /** Has an answer that is still to come fail when the connection closes first. */
  private <T> void track(
      CompletableFuture<T> answer, BiConsumer<? super T, ? super @Nullable Throwable> done) {
    long call = ++calls;
    unanswered.put(call, answer);
    var _ =
        answer.whenComplete((value, failure) -> {
          unanswered.remove(call);
          done.accept(value, failure);
        });
  }

  private static String reasonOf(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  /** Ends the connection; what still waits for an answer gets the reason, then nothing comes. */
  void close(String reason) {
    if (closed) {
      return;
    }
    for (CompletableFuture<?> answer : List.copyOf(unanswered.values())) {
      answer.completeExceptionally(new CallFailure(reason));
    }
    closed = true;
    up = false;
    watch.close();
    channel.shutdownNow();
  }

  private static <M extends MessageLite> List<List<M>> split(List<M> messages) {
    return MessageSplit.split(messages);
  }
}
