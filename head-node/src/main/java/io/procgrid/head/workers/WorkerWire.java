package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.HeadEvent.InventoryItem;
import io.procgrid.head.core.WorkerAnnouncement;
import io.procgrid.proto.v1.ConnectResponse;
import io.procgrid.proto.v1.ForgetOrder;
import io.procgrid.proto.v1.InventoryEntry;
import io.procgrid.proto.v1.KillOrder;
import io.procgrid.proto.v1.RegisterRequest;
import io.procgrid.proto.v1.StartAnswer;
import io.procgrid.proto.v1.StartOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Translates between the core's records and the messages of the contract.
 *
 * <p>Decoding throws {@link IllegalArgumentException} for what no worker of this version sends.
 */
final class WorkerWire {
  private WorkerWire() {}

  static StartOrder encode(HeadEffect.StartOrder order) {
    return StartOrder.newBuilder()
        .setSegment(WireCodec.encode(order.segment()))
        .setDispatchNumber(order.dispatchNumber())
        .setSpec(WireCodec.encode(order.spec()))
        .build();
  }

  static KillOrder encode(HeadEffect.KillOrder order) {
    return KillOrder.newBuilder()
        .setSegment(WireCodec.encode(order.segment()))
        .setFacts(WireCodec.encode(order.facts()))
        .setGraceMillis(order.grace().millis())
        .setSignal(order.grace().signal())
        .build();
  }

  static ForgetOrder encode(HeadEffect.ForgetOrder order) {
    return ForgetOrder.newBuilder()
        .setSegment(WireCodec.encode(order.segment()))
        .setLastDispatchNumber(order.lastDispatchNumber())
        .build();
  }

  static HeadEvent.StartAnswer decode(StartAnswer answer) {
    return new HeadEvent.StartAnswer(
        WireCodec.decode(answer.getSegment()),
        answer.getDispatchNumber(),
        switch (answer.getDecision()) {
          case START_DECISION_ACCEPTED -> HeadEvent.StartAnswer.Decision.ACCEPTED;
          case START_DECISION_ALREADY_ACCEPTED -> HeadEvent.StartAnswer.Decision.ALREADY_ACCEPTED;
          case START_DECISION_STALE -> HeadEvent.StartAnswer.Decision.STALE;
          case START_DECISION_TOMBSTONE -> HeadEvent.StartAnswer.Decision.TOMBSTONE;
          case START_DECISION_REJECTED -> HeadEvent.StartAnswer.Decision.REJECTED;
          case START_DECISION_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("start decision " + answer.getDecisionValue());
        },
        answer.getDetail());
  }

  static InventoryItem decode(InventoryEntry entry) {
    @Nullable Outcome outcome = entry.hasOutcome() ? WireCodec.decode(entry.getOutcome()) : null;
    InventoryItem.State state =
        switch (entry.getState()) {
          case SEGMENT_STATE_ACCEPTED -> InventoryItem.State.ACCEPTED;
          case SEGMENT_STATE_RUNNING -> InventoryItem.State.RUNNING;
          case SEGMENT_STATE_OVER -> InventoryItem.State.OVER;
          case SEGMENT_STATE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("segment state " + entry.getStateValue());
        };
    if (state == InventoryItem.State.OVER && outcome == null) {
      throw new IllegalArgumentException("an end without its outcome");
    }
    return new InventoryItem(
        WireCodec.decode(entry.getSegment()),
        state,
        outcome,
        entry.getPid(),
        entry.getStartedAtMillis(),
        entry.getKillPending(),
        entry.hasSpec() ? WireCodec.decode(entry.getSpec()) : null);
  }

  static ImmutableList<HeadEvent.Leftover> leftovers(ConnectResponse response) {
    return response.getLeftoversList().stream()
        .map(leftover ->
            new HeadEvent.Leftover(
                new WorkerIdentity(leftover.getWorkerIdentity()),
                decode(leftover.getSegmentsList())))
        .collect(ImmutableList.toImmutableList());
  }

  static ImmutableList<SegmentKey> decode(List<io.procgrid.proto.v1.SegmentKey> segments) {
    return segments.stream().map(WireCodec::decode).collect(ImmutableList.toImmutableList());
  }

  static WorkerAnnouncement decode(RegisterRequest request) {
    if (request.getAddress().isEmpty() || request.getSlots() < 1 || request.getWantedNumber() < 0) {
      throw new IllegalArgumentException(
          "address \"%s\", slots %d, wanted number %d: an address, 1 or more slots and a number of 0"
                  .formatted(request.getAddress(), request.getSlots(), request.getWantedNumber())
              + " or more are needed");
    }
    @Nullable Epoch highest =
        request.hasHighestEpoch() ? WireCodec.decode(request.getHighestEpoch()) : null;
    return new WorkerAnnouncement(
        request.getClusterId(),
        new WorkerIdentity(request.getWorkerIdentity()),
        new WorkerInstance(request.getWorkerInstance()),
        request.getWantedNumber(),
        request.getAddress(),
        request.getSlots(),
        WireCodec.decode(request.getHost()),
        request.getContainment(),
        highest,
        request.getHighestRunId());
  }
}
