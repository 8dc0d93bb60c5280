package io.procgrid.worker.rpc;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.proto.v1.ConnectResponse;
import io.procgrid.proto.v1.ForgetResponse;
import io.procgrid.proto.v1.Heartbeat;
import io.procgrid.proto.v1.IdentifyResponse;
import io.procgrid.proto.v1.InventoryEntry;
import io.procgrid.proto.v1.KillPending;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.proto.v1.Leftover;
import io.procgrid.proto.v1.SegmentState;
import io.procgrid.proto.v1.StartAnswer;
import io.procgrid.proto.v1.StartDecision;
import io.procgrid.proto.v1.StartResponse;
import io.procgrid.proto.v1.Started;
import io.procgrid.proto.v1.Terminated;
import io.procgrid.proto.v1.WatchResponse;
import io.procgrid.worker.core.Address;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.core.KillStep;
import io.procgrid.worker.core.Notice;
import java.util.List;
import java.util.Map;

/**
 * Translates between the messages of the worker's service and the core's words. Decoding throws
 * {@link IllegalArgumentException} for a message that no head of this version writes.
 */
final class Messages {
  private Messages() {}

  static Address decode(io.procgrid.proto.v1.Address address) {
    return new Address(
        address.getClusterId(),
        address.getWorkerIdentity(),
        address.getWorkerInstance(),
        WireCodec.decode(address.getEpoch()));
  }

  static Command.Start decode(io.procgrid.proto.v1.StartRequest request) {
    return new Command.Start(
        decode(request.getTo()),
        request.getOrdersList().stream()
            .map(order ->
                new Command.StartOrder(
                    WireCodec.decode(order.getSegment()),
                    order.getDispatchNumber(),
                    WireCodec.decode(order.getSpec())))
            .collect(ImmutableList.toImmutableList()));
  }

  static Command.Kill decode(io.procgrid.proto.v1.KillRequest request) {
    return new Command.Kill(
        decode(request.getTo()),
        request.getOrdersList().stream()
            .map(order ->
                new Command.KillOrder(
                    WireCodec.decode(order.getSegment()),
                    WireCodec.decode(order.getFacts()),
                    grace(order)))
            .collect(ImmutableList.toImmutableList()));
  }

  private static Grace grace(io.procgrid.proto.v1.KillOrder order) {
    return order.getGraceMillis() == 0
        ? Grace.NONE
        : new Grace(order.getSignal(), order.getGraceMillis());
  }

  static Command.KillAll decode(io.procgrid.proto.v1.KillAllRequest request) {
    return new Command.KillAll(
        request.getClusterId(), request.getWorkerIdentity(), WireCodec.decode(request.getFacts()));
  }

  static Command.Proceed decode(io.procgrid.proto.v1.ProceedRequest request) {
    return new Command.Proceed(
        decode(request.getTo()),
        request.getSegmentsList().stream()
            .map(WireCodec::decode)
            .collect(ImmutableList.toImmutableList()));
  }

  static Command.Forget decode(io.procgrid.proto.v1.ForgetRequest request) {
    return new Command.Forget(
        decode(request.getTo()),
        request.getOrdersList().stream()
            .map(order ->
                new Command.ForgetOrder(
                    WireCodec.decode(order.getSegment()), order.getLastDispatchNumber()))
            .collect(ImmutableList.toImmutableList()));
  }

  static ConnectResponse encode(
      Answer.Connected connected, Map<WorkerIdentity, ? extends List<SegmentKey>> leftovers) {
    ConnectResponse.Builder response = ConnectResponse.newBuilder();
    leftovers.forEach((lost, segments) ->
        response.addLeftovers(
            Leftover.newBuilder()
                .setWorkerIdentity(lost.value())
                .addAllSegments(segments.stream().map(WireCodec::encode).toList())));
    return response
        .setHighestEpoch(WireCodec.encode(connected.highestEpoch()))
        .setHighestRunId(connected.highestRunId())
        .addAllBundles(connected.bundles())
        .build();
  }

  static IdentifyResponse encode(Answer.Standing standing) {
    ClusterId cluster = standing.clusterId();
    return IdentifyResponse.newBuilder()
        .setClusterId(cluster == null ? "" : cluster.value())
        .setWorkerIdentity(standing.identity().value())
        .setWorkerInstance(standing.instance().value())
        .build();
  }

  static StartResponse encode(Answer.StartsAnswered answered) {
    StartResponse.Builder response = StartResponse.newBuilder();
    for (Answer.StartAnswer answer : answered.answers()) {
      response.addAnswers(
          StartAnswer.newBuilder()
              .setSegment(WireCodec.encode(answer.segment()))
              .setDispatchNumber(answer.dispatchNumber())
              .setDecision(encode(answer.decision()))
              .setDetail(answer.detail()));
    }
    return response.build();
  }

  private static StartDecision encode(Answer.Decision decision) {
    return switch (decision) {
      case ACCEPTED -> StartDecision.START_DECISION_ACCEPTED;
      case ALREADY_ACCEPTED -> StartDecision.START_DECISION_ALREADY_ACCEPTED;
      case STALE -> StartDecision.START_DECISION_STALE;
      case TOMBSTONE -> StartDecision.START_DECISION_TOMBSTONE;
      case REJECTED -> StartDecision.START_DECISION_REJECTED;
    };
  }

  static InventoryEntry encode(Answer.InventoryItem item) {
    InventoryEntry.Builder entry =
        InventoryEntry.newBuilder()
            .setSegment(WireCodec.encode(item.segment()))
            .setState(encode(item.state()))
            .setPid(item.pid())
            .setStartedAtMillis(item.startedAtMillis())
            .setKillPending(item.killPending());
    Outcome outcome = item.outcome();
    if (outcome != null) {
      entry.setOutcome(WireCodec.encode(outcome));
    }
    SegmentSpec spec = item.spec();
    if (spec != null) {
      entry.setSpec(WireCodec.encode(spec));
    }
    return entry.build();
  }

  private static SegmentState encode(Answer.State state) {
    return switch (state) {
      case ACCEPTED -> SegmentState.SEGMENT_STATE_ACCEPTED;
      case RUNNING -> SegmentState.SEGMENT_STATE_RUNNING;
      case OVER -> SegmentState.SEGMENT_STATE_OVER;
    };
  }

  static ForgetResponse encode(Answer.ForgetAnswered answered) {
    ForgetResponse.Builder response = ForgetResponse.newBuilder();
    answered.forgotten().forEach(key -> response.addForgotten(WireCodec.encode(key)));
    answered.kept().forEach(key -> response.addKept(WireCodec.encode(key)));
    return response.build();
  }

  static KillProgress encode(KillStep step) {
    return switch (step) {
      case KillStep.Proven(SegmentKey segment, Outcome outcome) ->
          KillProgress.newBuilder().setTerminated(terminated(segment, outcome)).build();
      case KillStep.Pending(SegmentKey segment, String reason) ->
          KillProgress.newBuilder().setPending(pending(segment, reason)).build();
    };
  }

  static WatchResponse encode(long number, Notice notice) {
    WatchResponse.Builder response = WatchResponse.newBuilder().setNumber(number);
    return switch (notice) {
      case Notice.Heartbeat(boolean degraded) ->
          response.setHeartbeat(Heartbeat.newBuilder().setDegraded(degraded)).build();
      case Notice.Started(SegmentKey segment, long pid, long startedAtMillis) ->
          response
              .setStarted(
                  Started.newBuilder()
                      .setSegment(WireCodec.encode(segment))
                      .setPid(pid)
                      .setStartedAtMillis(startedAtMillis))
              .build();
      case Notice.Terminated(SegmentKey segment, Outcome outcome) ->
          response.setTerminated(terminated(segment, outcome)).build();
      case Notice.KillPending(SegmentKey segment, String reason) ->
          response.setPending(pending(segment, reason)).build();
    };
  }

  private static Terminated terminated(SegmentKey segment, Outcome outcome) {
    return Terminated.newBuilder()
        .setSegment(WireCodec.encode(segment))
        .setOutcome(WireCodec.encode(outcome))
        .build();
  }

  private static KillPending pending(SegmentKey segment, String reason) {
    return KillPending.newBuilder().setSegment(WireCodec.encode(segment)).setReason(reason).build();
  }
}
