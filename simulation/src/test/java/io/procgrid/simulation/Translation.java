package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.worker.core.Address;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import java.util.List;

/** The words of the head's core in those of the worker's, and back, as the wire carries them. */
final class Translation {
  private Translation() {}

  static Command.Start start(Address to, List<HeadEffect.StartOrder> orders) {
    return new Command.Start(
        to,
        orders.stream()
            .map(o -> new Command.StartOrder(o.segment(), o.dispatchNumber(), o.spec()))
            .collect(ImmutableList.toImmutableList()));
  }

  static Command.Kill kill(Address to, List<HeadEffect.KillOrder> orders) {
    return new Command.Kill(
        to,
        orders.stream()
            .map(o -> new Command.KillOrder(o.segment(), o.facts(), o.grace()))
            .collect(ImmutableList.toImmutableList()));
  }

  static Command.Forget forget(Address to, List<HeadEffect.ForgetOrder> orders) {
    return new Command.Forget(
        to,
        orders.stream()
            .map(o -> new Command.ForgetOrder(o.segment(), o.lastDispatchNumber()))
            .collect(ImmutableList.toImmutableList()));
  }

  static Command.Proceed proceed(Address to, ImmutableList<SegmentKey> segments) {
    return new Command.Proceed(to, segments);
  }

  static HeadEvent.StartAnswered started(Session from, Answer.StartsAnswered answered) {
    return new HeadEvent.StartAnswered(
        from.identity(),
        from.instance(),
        answered.answers().stream()
            .map(a ->
                new HeadEvent.StartAnswer(
                    a.segment(), a.dispatchNumber(), decision(a.decision()), a.detail()))
            .collect(ImmutableList.toImmutableList()));
  }

  private static HeadEvent.StartAnswer.Decision decision(Answer.Decision decision) {
    return switch (decision) {
      case ACCEPTED -> HeadEvent.StartAnswer.Decision.ACCEPTED;
      case ALREADY_ACCEPTED -> HeadEvent.StartAnswer.Decision.ALREADY_ACCEPTED;
      case STALE -> HeadEvent.StartAnswer.Decision.STALE;
      case TOMBSTONE -> HeadEvent.StartAnswer.Decision.TOMBSTONE;
      case REJECTED -> HeadEvent.StartAnswer.Decision.REJECTED;
    };
  }

  static HeadEvent.InventoryReceived inventory(Session from, Answer.Listed listed) {
    return new HeadEvent.InventoryReceived(
        from.identity(),
        from.instance(),
        listed.items().stream()
            .map(i ->
                new HeadEvent.InventoryItem(
                    i.segment(),
                    state(i.state()),
                    i.outcome(),
                    i.pid(),
                    i.startedAtMillis(),
                    i.killPending(),
                    i.spec()))
            .collect(ImmutableList.toImmutableList()));
  }

  static ImmutableList<HeadEvent.Leftover> leftovers(
      ImmutableListMultimap<WorkerIdentity, SegmentKey> found) {
    return found.asMap().entrySet().stream()
        .map(each -> new HeadEvent.Leftover(each.getKey(), ImmutableList.copyOf(each.getValue())))
        .collect(ImmutableList.toImmutableList());
  }

  private static HeadEvent.InventoryItem.State state(Answer.State state) {
    return switch (state) {
      case ACCEPTED -> HeadEvent.InventoryItem.State.ACCEPTED;
      case RUNNING -> HeadEvent.InventoryItem.State.RUNNING;
      case OVER -> HeadEvent.InventoryItem.State.OVER;
    };
  }
}
