package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.KillFacts;
import io.procgrid.worker.core.Segment.Phase;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Carries out kills: at once, or with a signal first and SIGKILL at the deadline.
 *
 * <pre>
 *   order ─┬─ no user code runs, or no grace ─────────────────────────► KillTree
 *          └─ grace ─► SignalTree ─┬─ nobody there to take it ────────────▲
 *                                  ├─ deadline, or an order with less ────┤
 *                                  └─ the tree ends by itself: over
 * </pre>
 *
 * <p>INVARIANT: a deadline only moves earlier. The first order sets it; the same order again, or
 * one that leaves more time, changes nothing. A tree that is known to have had its signal does not
 * get it again: to many programs the second one means to drop everything.
 */
final class Kills {
  private static final long RETRY_MILLIS = 1_000;

  private final SegmentTable table;
  private final Outbox outbox;
  private final KillStreams killers;
  private final KillPatience patience;
  private final SegmentEnds ends;
  private final HostBoot boot;
  private final Deadlines graces = new Deadlines();
  private final Deadlines retries = new Deadlines();

  Kills(
      SegmentTable table,
      Outbox outbox,
      KillStreams killers,
      KillPatience patience,
      SegmentEnds ends,
      HostBoot boot) {
    this.table = table;
    this.outbox = outbox;
    this.killers = killers;
    this.patience = patience;
    this.ends = ends;
    this.boot = boot;
  }

  /**
   * One order, as the core received it.
   *
   * @param epochCounter term of the sender; 0 before the first
   * @param nowMillis on the core's clock
   * @param atMillis wall clock
   */
  record Order(KillFacts facts, Grace grace, long epochCounter, long nowMillis, long atMillis) {
    long deadlineMillis() {
      return nowMillis + grace.millis();
    }
  }

  /** Orders the kill of a segment and of its earlier incarnations, known or not. */
  void kill(SegmentKey key, Order order) {
    for (Segment earlier : table.earlierLive(key)) {
      kill(earlier, order);
    }
    Segment segment = table.get(key);
    if (segment == null) {
      segment = new Segment(key, order.epochCounter, Phase.TOMBSTONED);
      table.add(segment);
    }
    if (!segment.blocked.isEmpty()) {
      // Why the kill that this one shares has no proof.
      killers.pending(new KillStep.Pending(key, segment.blocked));
    }
    kill(segment, order);
    ends.report(segment);
  }

  private void kill(Segment segment, Order order) {
    if (segment.phase == Phase.FORGETTING) {
      return;
    }
    if (segment.kill != null) {
      hasten(segment, segment.kill, order);
      killIfDue(segment, order.nowMillis);
      return;
    }
    segment.kill =
        new Segment.Kill(
            order.facts,
            order.nowMillis,
            order.atMillis,
            segment.leaderStatus != null,
            graceOf(segment, order));
    switch (segment.phase) {
      case DAMAGED -> patience.block(segment, segment.damage, order.nowMillis);
      case WAITING -> segment.phase = Phase.TOMBSTONED;
      case RECORDING -> killTree(segment);
      case RUNNING -> begin(segment, order.nowMillis);
      case LAUNCHING -> outbox.add(new WorkerEffect.CancelLaunch(segment.key));
      // The journal, or the adoption, tells soon what there is to kill.
      case ACCEPTING, ADOPTING -> {}
      case TOMBSTONED, CONCLUDING, OVER, FORGETTING -> {}
    }
    journalTombstone(segment);
    if (segment.phase == Phase.TOMBSTONED) {
      ends.neverStarted(segment, order.nowMillis);
    }
    patience.begin(segment, order.nowMillis);
  }

  /** Where no user code runs, there is nobody to be gentle with. */
  private static Segment.@Nullable Grace graceOf(Segment segment, Order order) {
    if (order.grace.isNone() || segment.dying) {
      return null;
    }
    return switch (segment.phase) {
      // What could not be taken back so far may be yet, with its time to tidy up.
      case RUNNING, ADOPTING, DAMAGED ->
          new Segment.Grace(order.grace.signal(), order.deadlineMillis(), false);
      case ACCEPTING, WAITING, LAUNCHING, RECORDING, TOMBSTONED, CONCLUDING, OVER, FORGETTING ->
          null;
    };
  }

  private void hasten(Segment segment, Segment.Kill kill, Order order) {
    Segment.Grace grace = kill.grace();
    if (grace == null
        || order.deadlineMillis() >= grace.deadlineMillis()
        || segment.outcome != null) {
      return;
    }
    segment.kill = kill.with(grace.until(order.deadlineMillis()));
    graces.add(order.deadlineMillis(), segment.key);
    journalTombstone(segment);
    patience.begin(segment, order.nowMillis);
  }

  private void killIfDue(Segment segment, long nowMillis) {
    if (segment.phase == Phase.RUNNING && segment.isGraceOver(nowMillis)) {
      killTree(segment);
    }
  }

  /** Takes up a kill of before the restart, with what is left of its grace. */
  void resume(Segment segment, Tombstone tombstone, long nowMillis, long atMillis) {
    Tombstone.Grace then = tombstone.grace();
    Segment.Grace grace =
        then == null
            ? null
            : new Segment.Grace(
                then.signal(),
                // A deadline that this boot cannot tell is over.
                boot.is(then.bootId()) ? boot.onCoreClock(then.deadlineMillis()) : nowMillis,
                then.reached());
    segment.kill = new Segment.Kill(tombstone.facts(), nowMillis, atMillis, false, grace);
    segment.tombstoneDurable = true;
    patience.begin(segment, nowMillis);
  }

  /** The tree of a segment under a kill is in hand, and user code may run in it. */
  void begin(Segment segment, long nowMillis) {
    Segment.Grace grace = Objects.requireNonNull(segment.kill).grace();
    if (grace == null || grace.deadlineMillis() <= nowMillis) {
      killTree(segment);
      return;
    }
    graces.add(grace.deadlineMillis(), segment.key);
    if (!grace.reached()) {
      segment.signalling = true;
      outbox.add(new WorkerEffect.SignalTree(segment.key, grace.signal()));
    }
  }

  /** The tree had its signal, whoever was there to take it. */
  void signalled(Segment segment, boolean reachedLiveMember, long nowMillis) {
    segment.signalling = false;
    Segment.Kill kill = Objects.requireNonNull(segment.kill);
    Segment.Grace grace = Objects.requireNonNull(kill.grace());
    if (reachedLiveMember) {
      segment.kill = kill.with(grace.whenReached());
      journalTombstone(segment);
    } else if (segment.heldEnd == null) {
      segment.kill = kill.with(grace.until(Math.min(nowMillis, grace.deadlineMillis())));
      killTree(segment);
      patience.begin(segment, nowMillis);
    }
  }

  /** SIGKILL for everything of it, at once and until it is proven dead. */
  void killTree(Segment segment) {
    if (!segment.dying) {
      segment.dying = true;
      outbox.add(new WorkerEffect.KillTree(segment.key));
    }
  }

  private void journalTombstone(Segment segment) {
    Segment.Kill kill = Objects.requireNonNull(segment.kill);
    Segment.Grace grace = kill.grace();
    Tombstone tombstone =
        new Tombstone(
            kill.facts(),
            grace == null
                ? null
                : new Tombstone.Grace(
                    grace.signal(),
                    boot.id(),
                    boot.sinceBoot(grace.deadlineMillis()),
                    grace.reached()));
    outbox.journal(new JournalEntry.Tombstoned(segment.key, segment.epochCounter, tombstone));
  }

  /** Tries again in a while, with what the tombstone has to say then. */
  void tombstoneFailed(Segment segment, String reason, long nowMillis) {
    patience.block(
        segment, "its tombstone cannot be made durable: %s".formatted(reason), nowMillis);
    retries.add(nowMillis + RETRY_MILLIS, segment.key);
  }

  void tick(long nowMillis) {
    for (SegmentKey key : graces.due(nowMillis)) {
      Segment segment = table.get(key);
      if (segment != null) {
        killIfDue(segment, nowMillis);
      }
    }
    for (SegmentKey key : retries.due(nowMillis)) {
      Segment segment = table.get(key);
      if (segment != null && segment.kill != null && segment.phase != Phase.FORGETTING) {
        journalTombstone(segment);
      }
    }
  }

  long nextDeadline() {
    return Math.min(graces.next(), retries.next());
  }
}
