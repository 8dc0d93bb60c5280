package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings waiting runs to workers: fixes their segments, places them, and has the durable ones
 * started.
 *
 * <p>INVARIANT: a placement is in the store before its Start leaves, and nothing of a run with a
 * kill intent is placed.
 */
final class Dispatcher {
  /** Distance between the data segment ids of two workers, as Kinetica numbers them. */
  private static final int WORKER_STRIDE = 1000;

  private final CoreContext context;
  private final Workers workers;
  private final Starts starts;
  private final Killing killing;

  /**
   * Runs with a segment that waits, or none fixed yet, in the order of their acceptance, by proc.
   */
  private final Map<String, LinkedHashSet<Run>> waiting = new HashMap<>();

  /** Procs for which something changed since the last look. */
  private final Set<String> changed = new LinkedHashSet<>();

  Dispatcher(CoreContext context, Workers workers, Starts starts, Killing killing) {
    this.context = context;
    this.workers = workers;
    this.starts = starts;
    this.killing = killing;
  }

  void enqueue(Run run) {
    waiting.computeIfAbsent(run.proc.name(), name -> new LinkedHashSet<>()).add(run);
    changed.add(run.proc.name());
  }

  /** A place for that proc became free. */
  void roomFor(ProcDefinition proc) {
    changed.add(proc.name());
  }

  /** A worker came, or the wait for workers is over. */
  void workersChanged() {
    changed.addAll(waiting.keySet());
  }

  /** Places what can be placed now. */
  void dispatch() {
    if (context.term.isRaising()) {
      return;
    }
    for (String proc : List.copyOf(changed)) {
      LinkedHashSet<Run> queue = waiting.get(proc);
      if (queue == null) {
        continue;
      }
      dispatch(queue);
      if (queue.isEmpty()) {
        waiting.remove(proc);
      }
    }
    changed.clear();
  }

  private void dispatch(Set<Run> queue) {
    for (Iterator<Run> runs = queue.iterator(); runs.hasNext(); ) {
      Run run = runs.next();
      if (run.intent != null || run.isOver()) {
        runs.remove();
        continue;
      }
      if (!isRoomFor(run.proc)) {
        return;
      }
      if (run.fixing || journalToRead(run) != null) {
        continue;
      }
      place(run);
      if (run.isFixed() && !hasWaitingSegment(run)) {
        runs.remove();
      }
    }
  }

  /**
   * A worker that may run it already: the store was restored, and what it holds to be waiting may
   * have been dispatched after the backup. Null when there is none.
   */
  private @Nullable WorkerState journalToRead(Run run) {
    return run.acceptedInThisTerm ? null : workers.importing();
  }

  private boolean isRoomFor(ProcDefinition proc) {
    for (WorkerState worker : workers.all()) {
      if (worker.takes(proc)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasWaitingSegment(Run run) {
    for (Segment segment : run.segments) {
      if (segment.phase == SegmentPhase.WAITING) {
        return true;
      }
    }
    return false;
  }

  private void place(Run run) {
    boolean fix = !run.isFixed();
    if (fix && !addSegments(run)) {
      return;
    }
    List<Segment> placed = new ArrayList<>();
    for (Segment segment : run.segments) {
      WorkerState worker = placeFor(segment);
      if (worker == null) {
        sayWhyItWaits(segment);
      } else {
        segment.message = "";
        segment.workerNumber = worker.number();
        segment.phase = SegmentPhase.PLACING;
        segment.placement = worker.placement();
        worker.occupy(segment);
        placed.add(segment);
      }
    }
    if (fix || !placed.isEmpty()) {
      persist(run, fix, placed);
    }
  }

  /** Returns false when the time to fix the run's segments has not come. */
  private boolean addSegments(Run run) {
    if (!run.isDistributed()) {
      Segment only = new Segment(run, 0, "0", 0);
      WorkerState worker = leastLoaded(only);
      if (worker != null) {
        only.workerNumber = worker.number();
        run.segments.add(only);
      }
      return worker != null;
    }
    if (!workers.settled()) {
      return false;
    }
    for (WorkerState worker : workers.all()) {
      if (!worker.isReady()) {
        continue;
      }
      for (int slot = 0; slot < worker.record.slots(); slot++) {
        int id = (worker.number() - 1) * WORKER_STRIDE + slot;
        run.segments.add(
            new Segment(run, run.ownSegments(), Integer.toString(id), worker.number()));
      }
    }
    return run.isFixed();
  }

  private @Nullable WorkerState placeFor(Segment segment) {
    if (segment.phase != SegmentPhase.WAITING) {
      return null;
    }
    if (!segment.run.isDistributed()) {
      return leastLoaded(segment);
    }
    WorkerState worker = workers.find(segment.workerNumber);
    return worker != null && worker.takes(segment) ? worker : null;
  }

  /** The other segments of its run may be under way: what is said of the run is not of it. */
  private void sayWhyItWaits(Segment segment) {
    if (segment.phase == SegmentPhase.WAITING) {
      WorkerState worker = workers.find(segment.workerNumber);
      segment.message = worker != null && worker.degraded ? degraded(worker) : "";
    }
  }

  private static String degraded(WorkerState worker) {
    return "waits for %s: a process there resists its kill, and nothing new is placed there before it is dead"
        .formatted(worker);
  }

  /** Fewest live processes, then the lowest number. */
  private @Nullable WorkerState leastLoaded(Segment segment) {
    WorkerState best = null;
    for (WorkerState worker : workers.all()) {
      if (!worker.takes(segment)) {
        continue;
      }
      if (best == null || worker.processes() < best.processes()) {
        best = worker;
      }
    }
    return best;
  }

  private void persist(Run run, boolean fix, List<Segment> placed) {
    List<Mutation> mutations = new ArrayList<>();
    if (fix) {
      run.fixing = true;
      mutations.add(fixed(run));
    }
    for (Segment segment : placed) {
      mutations.add(new Mutation.SegmentPlaced(segment.key, segment.requirePlacement()));
    }
    context.outbox.persist(
        mutations,
        () -> {
          run.fixing = false;
          if (fix) {
            // A place that became free for its other segments meanwhile was passed over.
            changed.add(run.proc.name());
          }
          for (Segment segment : placed) {
            segment.phase = SegmentPhase.PLACED;
          }
          if (run.intent == null) {
            placed.forEach(starts::send);
          } else {
            killing.carryOut(run);
          }
        },
        reason -> notPlaced(run, fix, placed));
  }

  static Mutation.SegmentsFixed fixed(Run run) {
    ImmutableList.Builder<String> ids = ImmutableList.builder();
    ImmutableList.Builder<Integer> numbers = ImmutableList.builder();
    for (Segment segment : run.segments) {
      if (!segment.isNamesake()) {
        ids.add(segment.dataSegmentId);
        numbers.add(segment.workerNumber);
      }
    }
    return new Mutation.SegmentsFixed(run.runId, run.incarnation, ids.build(), numbers.build());
  }

  /** Nothing of it is in the store: as if it had not been tried. */
  private void notPlaced(Run run, boolean fix, List<Segment> placed) {
    run.fixing = false;
    for (Segment segment : placed) {
      WorkerState worker = workers.find(segment.requirePlacement().identity());
      if (worker != null) {
        worker.release(segment);
      }
      segment.placement = null;
      segment.phase = SegmentPhase.WAITING;
    }
    if (fix) {
      run.segments.removeIf(segment -> !segment.isNamesake());
    }
    if (run.intent == null) {
      context.after(CoreContext.RETRY_MILLIS, () -> enqueue(run));
    } else {
      killing.carryOut(run);
    }
  }

  /** Why the run waits, for users. */
  String reasonFor(Run run) {
    if (workers.all().isEmpty()) {
      return "no worker has registered yet; it starts as soon as one joins";
    }
    if (run.isDistributed() && !workers.settled()) {
      return "%d workers known from before the head's start are not back yet"
          .formatted(workers.missing());
    }
    WorkerState unread = journalToRead(run);
    if (unread != null) {
      return ("the store was restored from a backup, and %s may run it already: it waits until that worker's journal is read; "
              + "should the worker never return, forget it by /forget/worker")
          .formatted(unread);
    }
    WorkerState degraded = null;
    for (WorkerState worker : workers.all()) {
      if (worker.isReady() && !worker.degraded) {
        return run.proc.maxConcurrencyPerNode() == 0
            ? "it is about to start"
            : "max_concurrency_per_node=%d of proc '%s' is reached; it starts as soon as a run ends"
                .formatted(run.proc.maxConcurrencyPerNode(), run.proc.name());
      }
      if (worker.isReady()) {
        degraded = worker;
      }
    }
    return degraded == null
        ? "no worker is connected; it starts as soon as one is"
        : degraded(degraded);
  }
}
