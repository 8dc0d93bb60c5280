package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.rpc.SecretClientInterceptor;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.proto.v1.Address;
import io.procgrid.proto.v1.ConnectRequest;
import io.procgrid.proto.v1.ConnectResponse;
import io.procgrid.proto.v1.WorkerGrpc;
import java.util.List;
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
  private final WorkerCalls calls;
  private final TreeMap<Long, CompletableFuture<?>> unanswered = new TreeMap<>();
  private long lastTracked;
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
    this.calls = new WorkerCalls(this, environment);
  }

  boolean isUp() {
    return up;
  }

  /** What can be asked of the worker while the connection is up. */
  WorkerCalls calls() {
    return calls;
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

  /** Calls that must end in time. */
  WorkerGrpc.WorkerStub within(long millis) {
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
  void failed(Status status, Consumer<String> report) {
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
            new CollectedReply<ConnectResponse, Connected>(
                this::decodeConnect, this::connected, status -> failed(status, this::lose)));
  }

  /** What the answer to Connect says. */
  private record Connected(HeadEvent.LinkUp up, ImmutableList<HeadEvent.Leftover> leftovers) {}

  private Connected decodeConnect(ConnectResponse response) {
    return new Connected(
        new HeadEvent.LinkUp(
            dial.identity(),
            dial.instance(),
            WireCodec.decode(response.getHighestEpoch()),
            response.getHighestRunId(),
            ImmutableList.copyOf(response.getBundlesList())),
        WorkerWire.leftovers(response));
  }

  private void connected(ImmutableList<Connected> answer) {
    if (closed) {
      return;
    }
    up = true;
    Connected connected = answer.getFirst();
    emit(connected.up());
    if (!connected.leftovers().isEmpty()) {
      emit(new HeadEvent.LeftoversFound(dial.identity(), dial.instance(), connected.leftovers()));
    }
    onUp.accept(this);
    watch.open();
  }

  /** Has an answer that is still to come fail when the connection closes first. */
  <T> void track(
      CompletableFuture<T> answer, BiConsumer<? super T, ? super @Nullable Throwable> done) {
    long call = ++lastTracked;
    unanswered.put(call, answer);
    var _ =
        answer.whenComplete((value, failure) -> {
          unanswered.remove(call);
          done.accept(value, failure);
        });
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
}
