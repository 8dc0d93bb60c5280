package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.proto.v1.ForgetOrder;
import io.procgrid.proto.v1.ForgetRequest;
import io.procgrid.proto.v1.ForgetResponse;
import io.procgrid.proto.v1.InventoryEntry;
import io.procgrid.proto.v1.InventoryRequest;
import io.procgrid.proto.v1.KillLeftoverRequest;
import io.procgrid.proto.v1.KillOrder;
import io.procgrid.proto.v1.KillRequest;
import io.procgrid.proto.v1.ProceedRequest;
import io.procgrid.proto.v1.ProceedResponse;
import io.procgrid.proto.v1.ReadOutputRequest;
import io.procgrid.proto.v1.StartOrder;
import io.procgrid.proto.v1.StartRequest;
import io.procgrid.proto.v1.StartResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What the core asks of a worker, over one connection that stands. Each call ends in an event that
 * tells its answer, or that there was none, unless the connection is lost first.
 */
final class WorkerCalls {
  private final Connection connection;
  private final LinkEnvironment environment;
  private final Set<String> bundlesOnTheWay = new HashSet<>();

  WorkerCalls(Connection connection, LinkEnvironment environment) {
    this.connection = connection;
    this.environment = environment;
  }

  void fetchInventory() {
    connection
        .within(environment.timing().inventory())
        .inventory(
            InventoryRequest.newBuilder().setTo(connection.address()).build(),
            new CollectedReply<InventoryEntry, HeadEvent.InventoryItem>(
                WorkerWire::decode,
                items ->
                    connection.emit(
                        new HeadEvent.InventoryReceived(
                            connection.identity(), connection.instance(), items)),
                status -> connection.failed(status, connection::lose)));
  }

  /** What cannot be told is told on the next connection, after the inventory. */
  void proceed(List<SegmentKey> segments) {
    List<io.procgrid.proto.v1.SegmentKey> messages =
        segments.stream().map(WireCodec::encode).toList();
    for (List<io.procgrid.proto.v1.SegmentKey> part : MessageSplit.split(messages)) {
      connection
          .within(environment.timing().call())
          .proceed(
              ProceedRequest.newBuilder().setTo(connection.address()).addAllSegments(part).build(),
              new CollectedReply<ProceedResponse, ProceedResponse>(
                  response -> response,
                  responses -> {},
                  status -> connection.failed(status, connection::lose)));
    }
  }

  /** A Start that no message can carry is answered here; the others go out in parts. */
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
      startAnswered(tooLarge);
    }
    for (List<StartOrder> part : MessageSplit.split(sendable)) {
      startPart(part);
    }
  }

  private void startPart(List<StartOrder> orders) {
    Set<SegmentKey> segments = new LinkedHashSet<>();
    orders.forEach(order -> segments.add(WireCodec.decode(order.getSegment())));
    connection
        .within(environment.timing().call())
        .start(
            StartRequest.newBuilder().setTo(connection.address()).addAllOrders(orders).build(),
            new CollectedReply<StartResponse, List<HeadEvent.StartAnswer>>(
                response -> response.getAnswersList().stream().map(WorkerWire::decode).toList(),
                answers -> {
                  startAnswered(answers.getFirst());
                  answers.getFirst().forEach(answer -> segments.remove(answer.segment()));
                  startUnanswered(
                      segments, connection.worker() + " did not answer for all of its orders");
                },
                status -> connection.failed(status, reason -> startUnanswered(segments, reason))));
  }

  private void startAnswered(List<HeadEvent.StartAnswer> answers) {
    connection.emit(
        new HeadEvent.StartAnswered(
            connection.identity(), connection.instance(), ImmutableList.copyOf(answers)));
  }

  private void startUnanswered(Set<SegmentKey> segments, String reason) {
    if (!segments.isEmpty()) {
      connection.emit(
          new HeadEvent.StartUnanswered(
              connection.identity(),
              connection.instance(),
              ImmutableList.copyOf(segments),
              reason));
    }
  }

  void kill(List<HeadEffect.KillOrder> orders) {
    List<KillOrder> messages = orders.stream().map(WorkerWire::encode).toList();
    for (List<KillOrder> part : MessageSplit.split(messages)) {
      long longestGrace = part.stream().mapToLong(KillOrder::getGraceMillis).max().orElse(0);
      connection
          .within(longestGrace + environment.timing().kill())
          .kill(
              KillRequest.newBuilder().setTo(connection.address()).addAllOrders(part).build(),
              new KillCall(
                  connection,
                  part.stream().map(order -> WireCodec.decode(order.getSegment())).toList(),
                  new SegmentReports(connection)));
    }
  }

  void killLeftover(HeadEffect.KillLeftover kill) {
    connection
        .within(environment.timing().kill())
        .killLeftover(
            KillLeftoverRequest.newBuilder()
                .setTo(connection.address())
                .setWorkerIdentity(kill.lost().value())
                .addAllSegments(kill.segments().stream().map(WireCodec::encode).toList())
                .setFacts(WireCodec.encode(kill.facts()))
                .build(),
            new KillCall(
                connection, kill.segments(), new LeftoverReports(connection, kill.lost())));
  }

  void forget(List<HeadEffect.ForgetOrder> orders) {
    List<ForgetOrder> messages = orders.stream().map(WorkerWire::encode).toList();
    for (List<ForgetOrder> part : MessageSplit.split(messages)) {
      forgetPart(part);
    }
  }

  /** What could not be asked counts as kept: it is asked again. */
  private void forgetPart(List<ForgetOrder> orders) {
    ImmutableList<SegmentKey> segments =
        orders.stream()
            .map(order -> WireCodec.decode(order.getSegment()))
            .collect(ImmutableList.toImmutableList());
    connection
        .within(environment.timing().call())
        .forget(
            ForgetRequest.newBuilder().setTo(connection.address()).addAllOrders(orders).build(),
            new CollectedReply<ForgetResponse, HeadEvent.Forgotten>(
                response ->
                    forgotten(
                        WorkerWire.decode(response.getForgottenList()),
                        WorkerWire.decode(response.getKeptList())),
                answers -> connection.emit(answers.getFirst()),
                status ->
                    connection.failed(
                        status,
                        reason -> connection.emit(forgotten(ImmutableList.of(), segments)))));
  }

  private HeadEvent.Forgotten forgotten(
      ImmutableList<SegmentKey> forgotten, ImmutableList<SegmentKey> kept) {
    return new HeadEvent.Forgotten(connection.identity(), connection.instance(), forgotten, kept);
  }

  /** One delivery answers every request for the same files that comes while it is under way. */
  void putBundle(String hash) {
    if (!bundlesOnTheWay.add(hash)) {
      return;
    }
    CompletableFuture<Boolean> delivered =
        new BundleUpload(connection, environment.bundles(), hash)
            .send(connection.within(environment.timing().bundle()), environment.executor());
    connection.track(
        delivered,
        (done, failure) -> {
          bundlesOnTheWay.remove(hash);
          connection.emit(
              failure == null
                  ? new HeadEvent.BundleDelivered(
                      connection.identity(), connection.instance(), hash)
                  : new HeadEvent.BundleFailed(
                      connection.identity(), connection.instance(), hash, reasonOf(failure)));
        });
  }

  void collectOutput(SegmentKey segment, int maxLines) {
    var _ =
        readOutput(segment, maxLines)
            .whenComplete((output, failure) ->
                connection.emit(
                    failure == null
                        ? new HeadEvent.OutputCollected(
                            connection.identity(), connection.instance(), segment, output)
                        : new HeadEvent.OutputUnavailable(
                            connection.identity(),
                            connection.instance(),
                            segment,
                            reasonOf(failure))));
  }

  /** The latest lines of a segment, or a {@link CallFailure}. */
  CompletableFuture<SegmentOutput> readOutput(SegmentKey segment, int maxLines) {
    OutputCall call = new OutputCall(connection.worker(), maxLines);
    connection.track(call.output(), (output, failure) -> {});
    connection
        .within(environment.timing().output())
        .readOutput(
            ReadOutputRequest.newBuilder()
                .setTo(connection.address())
                .setSegment(WireCodec.encode(segment))
                .setMaxLines(maxLines)
                .build(),
            call);
    return call.output();
  }

  private static String reasonOf(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
