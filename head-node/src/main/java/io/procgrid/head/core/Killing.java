package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.RunStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * Carries out kill intents: what was never placed is over at once, the rest is told to its worker,
 * again on every connect, until it is proven.
 */
final class Killing {
  private final CoreContext context;
  private final Workers workers;
  private final Runs runs;
  private final Endings endings;
  private final LeftoverKills leftovers;

  Killing(
      CoreContext context, Workers workers, Runs runs, Endings endings, LeftoverKills leftovers) {
    this.context = context;
    this.workers = workers;
    this.runs = runs;
    this.endings = endings;
    this.leftovers = leftovers;
  }

  /** Carries out the intent of a run whose intent is, or is being, stored elsewhere. */
  void carryOut(Run run) {
    Ends ends = new Ends();
    endWaiting(run, ends);
    if (!ends.isEmpty()) {
      context.persistFacts(ends.mutations, () -> endings.stored(ends));
    }
    sendFor(List.of(run));
  }

  /**
   * A kill of what had the id before, and of which nothing lives, means what stands for it now; to
   * be carried out once that is known to be placed.
   */
  void inherit(Run former, Run run) {
    KillIntent intent = former.intent;
    if (intent == null) {
      return;
    }
    Ends ends = new Ends();
    ends.intend(run, intent);
    run.graceEndsMillis = former.graceEndsMillis;
    for (KillRequest kill : former.killers) {
      kill.means(former, run);
    }
    former.killers.clear();
    context.persistFacts(ends.mutations, () -> endings.stored(ends));
  }

  /**
   * Ends, in memory, the segments of a run with an intent that have no placement: they can never be
   * dispatched from now on. The ends must then be stored.
   */
  void endWaiting(Run run, Ends ends) {
    KillIntent intent = run.intent;
    if (intent == null || run.isOver() || run.fixing) {
      return;
    }
    if (!run.isFixed() && !run.isDistributed()) {
      // The one segment of a nondistributed run is known without a worker: who killed it is shown
      // there.
      run.segments.add(new Segment(run, 0, "0", 0));
      ends.mutations.add(Dispatcher.fixed(run));
    }
    for (Segment segment : run.segments) {
      if (segment.phase == SegmentPhase.WAITING) {
        segment.phase = SegmentPhase.ENDING;
        segment.status = RunStatus.KILLED;
        segment.message = Messages.killed(intent.facts()) + " before it started";
        segment.outputSaved = true;
        segment.forgotten = true;
        ends.segments.add(segment);
        ends.mutations.add(
            new Mutation.SegmentEnded(segment.key, RunStatus.KILLED, null, segment.message));
      }
    }
    endings.endRunIfDone(run, ends);
  }

  /** Tells the workers of these runs to kill what may live, one message per worker. */
  void sendFor(Collection<Run> killed) {
    TreeMap<Integer, List<Segment>> byWorker = new TreeMap<>();
    for (Run run : killed) {
      for (Segment segment : run.segments) {
        if (segment.phase.mayLive()) {
          WorkerState worker = workers.find(segment.requirePlacement().identity());
          if (worker != null && worker.isConnected()) {
            byWorker.computeIfAbsent(worker.number(), n -> new ArrayList<>()).add(segment);
          } else {
            leftovers.kill(segment);
          }
        }
      }
    }
    byWorker.forEach((number, segments) -> {
      WorkerState worker = workers.find(number);
      if (worker != null) {
        send(worker, segments);
      }
    });
  }

  /** Tells a worker that has just connected every kill it has not proven. */
  void sendPending(WorkerState worker) {
    List<Segment> pending = new ArrayList<>();
    for (Segment segment : worker.segments.values()) {
      if (segment.run.intent != null && segment.phase.mayLive()) {
        pending.add(segment);
      }
    }
    if (!pending.isEmpty()) {
      send(worker, pending);
    }
  }

  private void send(WorkerState worker, List<Segment> segments) {
    ImmutableList.Builder<HeadEffect.KillOrder> orders = ImmutableList.builder();
    for (Segment segment : segments) {
      KillIntent intent = segment.run.intent;
      if (intent != null) {
        orders.add(
            new HeadEffect.KillOrder(
                segment.journalKey,
                intent.facts(),
                segment.run.proc.killGrace().lasting(intent.graceMillis())));
      }
    }
    send(worker, orders.build());
  }

  /** Tells a worker to kill segments that no run on the heap stands for. */
  void send(WorkerState worker, List<SegmentKey> keys, KillFacts facts) {
    ImmutableList.Builder<HeadEffect.KillOrder> orders = ImmutableList.builder();
    keys.forEach(key -> orders.add(new HeadEffect.KillOrder(key, facts)));
    send(worker, orders.build());
  }

  private void send(WorkerState worker, ImmutableList<HeadEffect.KillOrder> orders) {
    context.outbox.add(new HeadEffect.SendKill(worker.identity(), worker.instance(), orders));
  }

  void unanswered(WorkerState worker, HeadEvent.KillUnanswered event) {
    context.after(
        CoreContext.RETRY_MILLIS,
        () -> {
          List<Segment> again = new ArrayList<>();
          for (SegmentKey key : event.segments()) {
            Segment segment = runs.find(key, worker.identity());
            if (segment == null || !segment.phase.mayLive()) {
              // An orphan, unless it was proven over meanwhile: the inventory tells.
              workers.fetchInventorySoon(worker);
            } else if (segment.run.intent != null) {
              again.add(segment);
            }
          }
          if (!again.isEmpty() && worker.isConnected()) {
            send(worker, again);
          }
        });
  }

  void blocked(WorkerState worker, HeadEvent.KillBlocked event) {
    Segment segment = runs.find(event.segment(), worker.identity());
    if (segment != null && segment.phase.mayLive()) {
      segment.killBlocked = event.reason();
      segment.message = "kill pending: " + event.reason();
    }
  }

  /**
   * True when nothing can be proven of the run for now, since every worker that could is known to
   * be away.
   */
  boolean isOutOfReach(Run run) {
    if (run.isOver()) {
      return false;
    }
    for (Segment segment : run.segments) {
      if (segment.phase.ended()) {
        continue;
      }
      if (!segment.phase.mayLive()) {
        return false;
      }
      WorkerState worker = workers.find(segment.requirePlacement().identity());
      if ((worker != null && worker.isConnected()) || leftovers.finderOf(segment) != null) {
        return false;
      }
    }
    return !run.allSegmentsEnded();
  }

  /** Why the kill of a run is not proven, for users. */
  String reasonFor(Run run) {
    for (Segment segment : run.segments) {
      if (!segment.phase.mayLive()) {
        continue;
      }
      WorkerState worker = workers.find(segment.requirePlacement().identity());
      if (worker == null) {
        return "segment %s was placed on a worker that is no longer known (%s)"
            .formatted(segment.dataSegmentId, segment.requirePlacement().identity());
      }
      WorkerState finder = leftovers.finderOf(segment);
      if (finder != null) {
        return "%s is gone; %s, which found its process on host %s, has not proven it dead yet"
            .formatted(worker, finder, finder.record.host().hostName());
      }
      if (!worker.isConnected()) {
        return "%s cannot be reached: %s; the kill is carried out when it returns"
            .formatted(worker, worker.downReason);
      }
      if (!segment.killBlocked.isEmpty()) {
        return segment.killBlocked;
      }
      if (run.graceEndsMillis > context.now()) {
        return "the grace period ends in %d ms: until then segment %s on %s may end of signal %d by itself; kill with grace_period_ms=0 to end it now"
            .formatted(
                run.graceEndsMillis - context.now(),
                segment.dataSegmentId,
                worker,
                run.proc.killGrace().signal());
      }
      return "%s has not proven segment %s dead yet".formatted(worker, segment.dataSegmentId);
    }
    return "its end is not in the store yet";
  }
}
