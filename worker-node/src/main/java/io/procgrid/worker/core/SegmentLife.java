package io.procgrid.worker.core;

import io.procgrid.common.id.Epoch;
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
  private final SegmentEnds ends;
  private final Kills kills;
  private final StartBatches starts;
  private final ForgetBatches forgets;
  private final KillPatience patience;

  /** Begins with no segment. */
  SegmentLife(
      SegmentTable table,
      Outbox outbox,
      NoticeLog notices,
      SegmentEnds ends,
      Kills kills,
      StartBatches starts,
      ForgetBatches forgets,
      KillPatience patience) {
    this.table = table;
    this.outbox = outbox;
    this.notices = notices;
    this.ends = ends;
    this.kills = kills;
    this.starts = starts;
    this.forgets = forgets;
    this.patience = patience;
  }

  // ---- Start ----

  void accept(Command.StartOrder order, Epoch epoch) {
    Segment segment = new Segment(order.segment(), epoch.counter(), Phase.ACCEPTING);
    segment.accepted = true;
    segment.dispatchNumber = order.dispatchNumber();
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
    ends.neverStarted(segment, nowMillis);
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
    ends.neverStarted(segment, nowMillis);
  }

  void launch(Segment segment) {
    segment.phase = Phase.LAUNCHING;
    outbox.add(new WorkerEffect.Launch(segment.key, Objects.requireNonNull(segment.spec)));
  }

  private void launched(Segment segment, WorkerEvent.Launched event) {
    requirePhase(segment, Phase.LAUNCHING);
    segment.process = event.process();
    segment.phase = Phase.RECORDING;
    if (segment.kill != null) {
      kills.killTree(segment);
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
    kills.killTree(segment);
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
        ends.conclude(
            segment,
            WhoEndedIt.startFailed(segment, failed.reason(), nowMillis, failed.atMillis()));
      }
      case WorkerEvent.LaunchCancelled cancelled -> {
        requirePhase(segment, Phase.LAUNCHING);
        segment.phase = Phase.TOMBSTONED;
        ends.neverStarted(segment, nowMillis);
      }
      case WorkerEvent.Adopted adopted -> adopted(segment, nowMillis);
      case WorkerEvent.AdoptFailed failed -> {
        segment.phase = Phase.DAMAGED;
        segment.damage =
            segment.damage.isEmpty()
                ? failed.reason()
                : "%s; %s".formatted(segment.damage, failed.reason());
        if (segment.kill != null) {
          patience.block(segment, segment.damage, nowMillis);
        }
      }
      case WorkerEvent.NeverBegan neverBegan -> neverBegan(segment);
      case WorkerEvent.LeaderExited exited -> {
        segment.leaderStatus = exited.status();
        if (segment.phase == Phase.RUNNING) {
          afterLeader(segment);
        }
      }
      case WorkerEvent.TreeSignalled signalled -> treeSignalled(segment, signalled, nowMillis);
      case WorkerEvent.TreeDead dead -> {
        if (segment.signalling) {
          segment.heldEnd = dead;
        } else {
          treeDead(segment, dead, nowMillis);
        }
      }
      case WorkerEvent.TreeEmpty empty -> treeEmpty(segment, empty, nowMillis);
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
      case WorkerEvent.LeaderExited _,
          WorkerEvent.NeverBegan _,
          WorkerEvent.TreeEmpty _,
          WorkerEvent.KillBlocked _ -> {}
      case WorkerEvent.Launched _,
          WorkerEvent.LaunchFailed _,
          WorkerEvent.TreeSignalled _,
          WorkerEvent.LaunchCancelled _,
          WorkerEvent.Adopted _,
          WorkerEvent.AdoptFailed _,
          WorkerEvent.TreeDead _ ->
          throw new IllegalStateException("unknown segment: " + event);
    }
  }

  private void adopted(Segment segment, long nowMillis) {
    requirePhase(segment, Phase.ADOPTING);
    segment.phase = Phase.RUNNING;
    segment.released = true;
    if (segment.damaged) {
      kills.killTree(segment);
      return;
    }
    if (segment.kill != null) {
      kills.begin(segment, nowMillis);
    }
    afterLeader(segment);
  }

  /** Its record outlived its worker, its gate was never opened: it has its beginning before it. */
  private void neverBegan(Segment segment) {
    if (segment.phase == Phase.RUNNING && segment.spec != null && !segment.damaged) {
      segment.released = false;
      kills.killTree(segment);
    }
  }

  private void beginAgain(Segment segment) {
    segment.dying = false;
    if (segment.wanted) {
      launch(segment);
    } else {
      segment.phase = Phase.WAITING;
    }
  }

  /**
   * What the leader leaves behind is killed, unless the segment goes on until it ended, or a kill
   * gives it time.
   */
  private void afterLeader(Segment segment) {
    if (segment.leaderStatus == null || segment.dying) {
      return;
    }
    if (segment.waitsForTree() || segment.kill != null) {
      outbox.add(new WorkerEffect.AwaitEmpty(segment.key));
      return;
    }
    kills.killTree(segment);
  }

  private void treeSignalled(Segment segment, WorkerEvent.TreeSignalled event, long nowMillis) {
    kills.signalled(segment, event.reachedLiveMember(), nowMillis);
    WorkerEvent.FromTree held = segment.heldEnd;
    if (held != null) {
      segment.heldEnd = null;
      step(held, nowMillis);
    }
  }

  private void treeEmpty(Segment segment, WorkerEvent.TreeEmpty empty, long nowMillis) {
    if (segment.phase != Phase.RUNNING || segment.dying) {
      return; // A kill that began meanwhile tells the end itself: it has seen who was alive.
    }
    if (segment.signalling) {
      segment.heldEnd = empty;
      return;
    }
    var leader = Objects.requireNonNull(segment.leaderStatus);
    ends.conclude(segment, WhoEndedIt.treeEmpty(segment, leader, nowMillis, empty.atMillis()));
  }

  private void treeDead(Segment segment, WorkerEvent.TreeDead dead, long nowMillis) {
    if (segment.released) {
      ends.conclude(
          segment,
          WhoEndedIt.treeDead(segment, dead.death(), dead.leader(), nowMillis, dead.atMillis()));
      return;
    }
    // The gate never opened, so the process that died was ours, not the user's.
    segment.process = null;
    if (segment.launchFailure != null) {
      ends.conclude(
          segment,
          WhoEndedIt.startFailed(segment, segment.launchFailure, nowMillis, dead.atMillis()));
      return;
    }
    if (segment.kill == null) {
      beginAgain(segment);
      return;
    }
    ends.conclude(segment, WhoEndedIt.neverStarted(segment, segment.kill, nowMillis));
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
        if (segment.phase == Phase.RUNNING && !segment.dying) {
          // Nothing but the journal can have been in the way of a kill that still gives time.
          patience.unblock(segment, nowMillis);
        }
        ends.settle(segment, nowMillis);
      }
      case JournalEntry.Ended ended -> {
        segment.phase = Phase.OVER;
        if (segment.spec != null || segment.released) {
          // Not before: until its end is durable, another worker may need what is left of it.
          outbox.add(new WorkerEffect.CleanUp(segment.key));
          segment.spec = null;
        }
        ends.settle(segment, nowMillis);
      }
      case JournalEntry.Forgotten forgotten -> {
        ends.report(segment);
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
      case JournalEntry.Tombstoned tombstoned -> kills.tombstoneFailed(segment, reason, nowMillis);
      case JournalEntry.Ended ended -> {
        boolean lacksTombstone = segment.kill != null && !segment.tombstoneDurable;
        if (!lacksTombstone || segment.blocked.isEmpty()) {
          // An end without its tombstone has no record to be added to: the tombstone's reason tells
          // more.
          patience.block(
              segment, "its end cannot be made durable: %s".formatted(reason), nowMillis);
        }
        outbox.retry(nowMillis, ended);
      }
      case JournalEntry.Forgotten forgotten -> {
        segment.phase = Phase.OVER;
        ends.report(segment);
        forgets.failed(segment.key);
      }
    }
  }

  private static void requirePhase(Segment segment, Phase phase) {
    if (segment.phase != phase) {
      throw new IllegalStateException(
          "segment %s is %s, not %s".formatted(segment.key, segment.phase, phase));
    }
  }
}
