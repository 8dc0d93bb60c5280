package io.procgrid.worker.core;

import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.worker.core.Segment.Phase;
import java.util.Objects;

/**
 * Leads each segment through its life.
 *
 * <p>INVARIANT: a gate is opened only after the process record is durable and while no kill is
 * ordered. A segment is proven only when its tree was seen dead, its end is durable, and its
 * tombstone too if a kill was ordered.
 */
final class SegmentLife {
  private final SegmentTable table;
  private final Outbox outbox;
  private final NoticeLog notices;
  private final KillStreams killers;
  private final StartBatches starts;
  private final ForgetBatches forgets;
  private final KillPatience patience;
  private final String bootId;

  /**
   * Begins with no segment.
   *
   * @param bootId boot of the host; empty off Linux
   */
  SegmentLife(
      SegmentTable table,
      Outbox outbox,
      NoticeLog notices,
      KillStreams killers,
      StartBatches starts,
      ForgetBatches forgets,
      KillPatience patience,
      String bootId) {
    this.table = table;
    this.outbox = outbox;
    this.notices = notices;
    this.killers = killers;
    this.starts = starts;
    this.forgets = forgets;
    this.patience = patience;
    this.bootId = bootId;
  }

  // ---- After a restart ----

  void resume(Recovered.Entry entry, long nowMillis, long atMillis) {
    switch (entry) {
      case Recovered.Damaged(SegmentKey key, String reason) -> {
        Segment segment = new Segment(key, 0, Phase.DAMAGED);
        segment.damage = reason;
        table.add(segment);
      }
      case Recovered.Intact intact -> resume(intact, nowMillis, atMillis);
    }
  }

  private void resume(Recovered.Intact entry, long nowMillis, long atMillis) {
    Segment segment = new Segment(entry.segment(), entry.epochCounter(), Phase.OVER);
    segment.accepted = entry.accepted();
    segment.spec = entry.spec();
    segment.process = entry.process();
    table.add(segment);
    KillFacts tombstone = entry.tombstone();
    if (tombstone != null) {
      segment.kill = new Segment.Kill(tombstone, nowMillis, atMillis, false);
      segment.tombstoneDurable = true;
      patience.begin(segment, nowMillis);
    }
    if (entry.outcome() != null) {
      segment.outcome = entry.outcome();
      segment.announced = true;
      segment.spec = null;
      outbox.add(new WorkerEffect.CleanUp(segment.key));
      return;
    }
    if (entry.process() == null) {
      resumeWithoutProcess(segment, nowMillis);
      return;
    }
    String bootThen = entry.process().bootId();
    if (!bootThen.isEmpty() && !bootId.isEmpty() && !bootThen.equals(bootId)) {
      conclude(segment, WhoEndedIt.lostToReboot(segment, atMillis));
      return;
    }
    segment.phase = Phase.ADOPTING;
    outbox.add(new WorkerEffect.Adopt(segment.key, entry.process()));
  }

  /** The gate was never opened: no user code ran. */
  private void resumeWithoutProcess(Segment segment, long nowMillis) {
    if (segment.kill == null) {
      launch(segment);
      return;
    }
    segment.phase = Phase.TOMBSTONED;
    neverStarted(segment, nowMillis);
  }

  // ---- Start ----

  void accept(Command.StartOrder order, Epoch epoch) {
    Segment segment = new Segment(order.segment(), epoch.counter(), Phase.ACCEPTING);
    segment.accepted = true;
    segment.spec = order.spec();
    table.add(segment);
    outbox.journal(
        new JournalEntry.Accepted(order.segment(), epoch, order.dispatchNumber(), order.spec()));
  }

  private void accepted(Segment segment, long nowMillis) {
    starts.durable(segment.key);
    if (segment.kill == null) {
      launch(segment);
      return;
    }
    segment.phase = Phase.TOMBSTONED;
    neverStarted(segment, nowMillis);
  }

  private void acceptFailed(Segment segment, String reason, long nowMillis) {
    starts.failed(segment.key, reason);
    if (segment.kill == null) {
      table.remove(segment.key);
      return;
    }
    segment.accepted = false;
    segment.spec = null;
    segment.phase = Phase.TOMBSTONED;
    neverStarted(segment, nowMillis);
  }

  private void launch(Segment segment) {
    segment.phase = Phase.LAUNCHING;
    outbox.add(new WorkerEffect.Launch(segment.key, Objects.requireNonNull(segment.spec)));
  }

  private void launched(Segment segment, WorkerEvent.Launched event) {
    requirePhase(segment, Phase.LAUNCHING);
    segment.process = event.process();
    segment.phase = Phase.RECORDING;
    if (segment.kill != null) {
      killTree(segment);
      return;
    }
    outbox.journal(new JournalEntry.ProcessRecorded(segment.key, event.process()));
  }

  private void recorded(Segment segment) {
    if (segment.phase != Phase.RECORDING || segment.dying) {
      return;
    }
    segment.phase = Phase.RUNNING;
    segment.released = true;
    var process = Objects.requireNonNull(segment.process);
    outbox.add(new WorkerEffect.Release(segment.key));
    notices.post(new Notice.Started(segment.key, process.pid(), process.startedAtMillis()));
    afterLeader(segment);
  }

  private void recordFailed(Segment segment, String reason) {
    if (segment.phase != Phase.RECORDING || segment.dying) {
      return;
    }
    segment.launchFailure = "its process could not be recorded in the journal: " + reason;
    killTree(segment);
  }

  // ---- The tree ----

  void step(WorkerEvent.FromTree event, long nowMillis) {
    Segment segment = table.get(event.segment());
    if (segment == null) {
      requireHarmless(event);
      return;
    }
    switch (event) {
      case WorkerEvent.Launched launched -> launched(segment, launched);
      case WorkerEvent.LaunchFailed failed -> {
        requirePhase(segment, Phase.LAUNCHING);
        conclude(
            segment,
            WhoEndedIt.startFailed(segment, failed.reason(), nowMillis, failed.atMillis()));
      }
      case WorkerEvent.LaunchCancelled cancelled -> {
        requirePhase(segment, Phase.LAUNCHING);
        segment.phase = Phase.TOMBSTONED;
        neverStarted(segment, nowMillis);
      }
      case WorkerEvent.Adopted adopted -> adopted(segment);
      case WorkerEvent.AdoptFailed failed -> {
        segment.phase = Phase.DAMAGED;
        segment.damage = failed.reason();
        if (segment.kill != null) {
          patience.block(segment, failed.reason(), nowMillis);
        }
      }
      case WorkerEvent.LeaderExited exited -> {
        segment.leaderStatus = exited.status();
        if (segment.phase == Phase.RUNNING) {
          afterLeader(segment);
        }
      }
      case WorkerEvent.TreeDead dead -> treeDead(segment, dead, nowMillis);
      case WorkerEvent.TreeEmpty empty -> {
        // A kill that began meanwhile tells the end itself: it has seen who was alive.
        if (segment.phase == Phase.RUNNING && !segment.dying) {
          var leader = Objects.requireNonNull(segment.leaderStatus);
          conclude(segment, WhoEndedIt.treeEmpty(segment, leader, empty.atMillis()));
        }
      }
      case WorkerEvent.KillBlocked kill -> {
        if (segment.dying && segment.outcome == null) {
          patience.block(segment, kill.reason(), nowMillis);
        }
      }
    }
  }

  /** What different threads tell of a tree may come after its death, and that be forgotten. */
  private static void requireHarmless(WorkerEvent.FromTree event) {
    switch (event) {
      case WorkerEvent.LeaderExited _, WorkerEvent.TreeEmpty _, WorkerEvent.KillBlocked _ -> {}
      case WorkerEvent.Launched _,
          WorkerEvent.LaunchFailed _,
          WorkerEvent.LaunchCancelled _,
          WorkerEvent.Adopted _,
          WorkerEvent.AdoptFailed _,
          WorkerEvent.TreeDead _ ->
          throw new IllegalStateException("unknown segment: " + event);
    }
  }

  private void adopted(Segment segment) {
    requirePhase(segment, Phase.ADOPTING);
    segment.phase = Phase.RUNNING;
    segment.released = true;
    if (segment.kill != null) {
      killTree(segment);
      return;
    }
    afterLeader(segment);
  }

  /** What the leader leaves behind is killed, unless the segment goes on until it ended. */
  private void afterLeader(Segment segment) {
    if (segment.leaderStatus == null || segment.dying) {
      return;
    }
    if (segment.waitsForTree()) {
      outbox.add(new WorkerEffect.AwaitEmpty(segment.key));
      return;
    }
    killTree(segment);
  }

  private void killTree(Segment segment) {
    if (!segment.dying) {
      segment.dying = true;
      outbox.add(new WorkerEffect.KillTree(segment.key));
    }
  }

  private void treeDead(Segment segment, WorkerEvent.TreeDead dead, long nowMillis) {
    if (segment.released) {
      conclude(
          segment,
          WhoEndedIt.treeDead(segment, dead.death(), dead.leader(), nowMillis, dead.atMillis()));
      return;
    }
    // The gate never opened, so the process that died was ours, not the user's.
    segment.process = null;
    if (segment.launchFailure != null) {
      conclude(
          segment,
          WhoEndedIt.startFailed(segment, segment.launchFailure, nowMillis, dead.atMillis()));
      return;
    }
    conclude(
        segment, WhoEndedIt.neverStarted(segment, Objects.requireNonNull(segment.kill), nowMillis));
  }

  // ---- Kill ----

  /** Orders the kill of a segment and of its earlier incarnations, known or not. */
  void kill(SegmentKey key, KillFacts facts, long epochCounter, long nowMillis, long atMillis) {
    for (Segment earlier : table.earlierLive(key)) {
      order(earlier, facts, nowMillis, atMillis);
    }
    Segment segment = table.get(key);
    if (segment == null) {
      segment = new Segment(key, epochCounter, Phase.TOMBSTONED);
      table.add(segment);
    }
    if (!segment.blocked.isEmpty()) {
      // Why the kill that this one shares has no proof.
      killers.pending(new KillStep.Pending(key, segment.blocked));
    }
    order(segment, facts, nowMillis, atMillis);
    report(segment);
  }

  private void order(Segment segment, KillFacts facts, long nowMillis, long atMillis) {
    if (segment.kill != null || segment.phase == Phase.FORGETTING) {
      return;
    }
    segment.kill = new Segment.Kill(facts, nowMillis, atMillis, segment.leaderStatus != null);
    if (segment.phase == Phase.DAMAGED) {
      patience.block(segment, segment.damage, nowMillis);
      return;
    }
    switch (segment.phase) {
      case RECORDING, RUNNING -> killTree(segment);
      case LAUNCHING -> outbox.add(new WorkerEffect.CancelLaunch(segment.key));
      // The journal, or the adoption, tells soon what there is to kill.
      case ACCEPTING, ADOPTING -> {}
      case TOMBSTONED, CONCLUDING, OVER, FORGETTING, DAMAGED -> {}
    }
    outbox.journal(new JournalEntry.Tombstoned(segment.key, segment.epochCounter, facts));
    if (segment.phase == Phase.TOMBSTONED) {
      neverStarted(segment, nowMillis);
    }
    patience.begin(segment, nowMillis);
  }

  /** Concludes a segment without process, unless an earlier incarnation it covers still lives. */
  private void neverStarted(Segment segment, long nowMillis) {
    if (segment.phase == Phase.TOMBSTONED && table.earlierLive(segment.key).isEmpty()) {
      conclude(
          segment,
          WhoEndedIt.neverStarted(segment, Objects.requireNonNull(segment.kill), nowMillis));
    }
  }

  /** Tells killers the proof, if there is one. */
  private void report(Segment segment) {
    if (segment.isProven() && table.earlierLive(segment.key).isEmpty()) {
      killers.proven(new KillStep.Proven(segment.key, Objects.requireNonNull(segment.outcome)));
    }
  }

  // ---- The end ----

  private void conclude(Segment segment, Outcome outcome) {
    segment.phase = Phase.CONCLUDING;
    segment.outcome = outcome;
    outbox.journal(new JournalEntry.Ended(segment.key, outcome));
    if (segment.spec != null) {
      outbox.add(new WorkerEffect.CleanUp(segment.key));
    }
  }

  private void settle(Segment segment, long nowMillis) {
    if (!segment.isProven()) {
      return;
    }
    patience.unblock(segment, nowMillis);
    if (!segment.announced) {
      segment.announced = true;
      notices.post(new Notice.Terminated(segment.key, Objects.requireNonNull(segment.outcome)));
    }
    report(segment);
    for (Segment later : table.later(segment.key)) {
      neverStarted(later, nowMillis);
      report(later);
    }
  }

  // ---- Forget ----

  void forget(Segment segment) {
    if (segment.phase == Phase.OVER) {
      segment.phase = Phase.FORGETTING;
      outbox.journal(new JournalEntry.Forgotten(segment.key));
    }
  }

  // ---- The journal ----

  void journaled(JournalEntry.OfSegment entry, long nowMillis) {
    Segment segment = Objects.requireNonNull(table.get(entry.segment()));
    switch (entry) {
      case JournalEntry.Accepted accepted -> accepted(segment, nowMillis);
      case JournalEntry.ProcessRecorded recorded -> recorded(segment);
      case JournalEntry.Tombstoned tombstoned -> {
        segment.tombstoneDurable = true;
        settle(segment, nowMillis);
      }
      case JournalEntry.Ended ended -> {
        segment.phase = Phase.OVER;
        segment.spec = null;
        settle(segment, nowMillis);
      }
      case JournalEntry.Forgotten forgotten -> {
        report(segment);
        table.remove(segment.key);
        forgets.dropped(segment.key);
      }
    }
  }

  void journalFailed(JournalEntry.OfSegment entry, String reason, long nowMillis) {
    Segment segment = Objects.requireNonNull(table.get(entry.segment()));
    switch (entry) {
      case JournalEntry.Accepted accepted -> acceptFailed(segment, reason, nowMillis);
      case JournalEntry.ProcessRecorded recorded -> recordFailed(segment, reason);
      case JournalEntry.Tombstoned tombstoned ->
          tryAgain(segment, tombstoned, "its tombstone", reason, nowMillis);
      case JournalEntry.Ended ended -> tryAgain(segment, ended, "its end", reason, nowMillis);
      case JournalEntry.Forgotten forgotten -> {
        segment.phase = Phase.OVER;
        report(segment);
        forgets.failed(segment.key);
      }
    }
  }

  private void tryAgain(
      Segment segment, JournalEntry.OfSegment entry, String what, String reason, long nowMillis) {
    boolean follows =
        entry instanceof JournalEntry.Ended && segment.kill != null && !segment.tombstoneDurable;
    if (!follows || segment.blocked.isEmpty()) {
      // An end without its tombstone has no record to be added to: the tombstone's reason tells
      // more.
      patience.block(segment, "%s cannot be made durable: %s".formatted(what, reason), nowMillis);
    }
    outbox.retry(nowMillis, entry);
  }

  private static void requirePhase(Segment segment, Phase phase) {
    if (segment.phase != phase) {
      throw new IllegalStateException(
          "segment %s is %s, not %s".formatted(segment.key, segment.phase, phase));
    }
  }
}
