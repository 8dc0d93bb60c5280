package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.RunStatus;
import java.util.List;

/**
 * What is left to do for segments whose end is in the store: their output is fetched, then their
 * workers let go of them, then the heap does.
 *
 * <p>INVARIANT: a worker is told to forget only what is over in the store, with its output.
 */
final class Settling {
  /** After so many failed reads the output of a segment counts as lost. */
  private static final int OUTPUT_ATTEMPTS = 5;

  private final CoreContext context;
  private final Workers workers;
  private final Runs runs;

  Settling(CoreContext context, Workers workers, Runs runs) {
    this.context = context;
    this.workers = workers;
    this.runs = runs;
  }

  /**
   * What is left to do for a segment whose end is in the store, as far as its worker can be
   * reached.
   */
  void fetchOrForget(Segment segment) {
    if (!segment.outputSaved && (segment.startedAtMillis == 0 || segment.run.maxOutputLines == 0)) {
      segment.outputSaved = true;
    }
    if (isNameTaken(segment)) {
      // It was forgotten before another one could be placed there.
      segment.forgotten = true;
      if (wantsOutput(segment)) {
        saveNotice(segment, "its worker has forgotten it");
      }
    } else if (!segment.outputSaved) {
      collect(segment);
    } else if (!segment.forgotten) {
      forget(segment);
    }
  }

  /** A segment of its run's own was placed on the same worker, under its name. */
  private static boolean isNameTaken(Segment namesake) {
    if (!namesake.isNamesake() || namesake.placement == null) {
      return false;
    }
    for (Segment segment : namesake.run.segments) {
      if (segment.key.equals(namesake.journalKey)
          && segment.isPlacedOn(namesake.placement.identity())) {
        return true;
      }
    }
    return false;
  }

  private void collect(Segment segment) {
    WorkerState worker = workers.find(segment.requirePlacement().identity());
    if (worker != null && worker.isForgotten()) {
      giveUpOutput(worker, segment);
    } else if (worker != null && worker.isConnected()) {
      context.outbox.add(
          new HeadEffect.CollectOutput(
              worker.identity(),
              worker.instance(),
              segment.journalKey,
              segment.run.maxOutputLines));
    }
  }

  void resumeOutputs(Run run) {
    for (Segment segment : run.segments) {
      if (segment.phase == SegmentPhase.OVER && !segment.outputSaved) {
        fetchOrForget(segment);
      }
    }
  }

  void outputCollected(HeadEvent.OutputCollected event) {
    Segment segment = runs.find(event.segment(), event.identity());
    if (segment != null && wantsOutput(segment)) {
      save(segment, event.output());
    }
  }

  void outputUnavailable(HeadEvent.OutputUnavailable event) {
    Segment segment = runs.find(event.segment(), event.identity());
    if (segment == null || !wantsOutput(segment)) {
      return;
    }
    if (++segment.outputAttempts < OUTPUT_ATTEMPTS) {
      context.after(CoreContext.RETRY_MILLIS, () -> fetchOrForget(segment));
      return;
    }
    saveNotice(segment, event.reason());
  }

  /** Nobody will ever read what is left on a worker that was given up. */
  void giveUpOutputs(WorkerState worker) {
    for (Run run : List.copyOf(runs.all())) {
      for (Segment segment : run.segments) {
        if (segment.phase == SegmentPhase.OVER && segment.isPlacedOn(worker.identity())) {
          giveUpOutput(worker, segment);
        }
      }
      dropIfSettled(run);
    }
  }

  private void giveUpOutput(WorkerState worker, Segment segment) {
    segment.forgotten = true;
    if (wantsOutput(segment)) {
      saveNotice(segment, "%s was forgotten".formatted(worker));
    }
  }

  private void saveNotice(Segment segment, String reason) {
    String notice = "[output lost: %s]".formatted(reason);
    save(segment, new SegmentOutput(ImmutableList.of(), ImmutableList.of(notice)));
  }

  private static boolean wantsOutput(Segment segment) {
    return !segment.outputSaved && !segment.run.cleared;
  }

  private void save(Segment segment, SegmentOutput output) {
    context.persistFacts(
        List.of(new Mutation.OutputSaved(segment.key, output)),
        () -> {
          segment.outputSaved = true;
          fetchOrForget(segment);
          dropIfSettled(segment.run);
        });
  }

  void forget(Segment segment) {
    WorkerState worker = workers.find(segment.requirePlacement().identity());
    if (worker != null && worker.isConnected()) {
      // Without a Start in this epoch the segment is of an older one, and any number will do.
      sendForget(worker, segment.journalKey, segment.lastDispatchNumber);
    } else {
      // Its worker lists it when it returns, as a segment nobody stands for, and is told to forget
      // it then.
      segment.forgotten = true;
    }
  }

  private void sendForget(WorkerState worker, SegmentKey key, long lastDispatchNumber) {
    context.outbox.add(
        new HeadEffect.SendForget(
            worker.identity(),
            worker.instance(),
            ImmutableList.of(new HeadEffect.ForgetOrder(key, lastDispatchNumber))));
  }

  void forgotten(WorkerState worker, HeadEvent.Forgotten event) {
    for (SegmentKey key : event.forgotten()) {
      worker.forgot(key);
      Segment segment = runs.find(key, worker.identity());
      // Another one may have the name by now.
      if (segment != null && segment.phase == SegmentPhase.OVER) {
        segment.forgotten = true;
        dropIfSettled(segment.run);
      }
    }
    if (!event.kept().isEmpty()) {
      context.after(CoreContext.RETRY_MILLIS, () -> askToForget(worker, event.kept()));
    }
  }

  void askToForget(WorkerState worker, List<SegmentKey> kept) {
    if (!worker.isConnected()) {
      return;
    }
    for (SegmentKey key : kept) {
      Segment segment = runs.find(key, worker.identity());
      if (segment != null && segment.phase == SegmentPhase.ENDING) {
        // Not before its end is in the store, whatever becomes of the worker.
        context.after(CoreContext.RETRY_MILLIS, () -> askToForget(worker, List.of(key)));
      } else if (segment == null || worker.isForgotten()) {
        sendForget(worker, key, worker.lastDispatchNumber);
      } else if (segment.phase == SegmentPhase.OVER) {
        sendForget(worker, key, segment.lastDispatchNumber);
      }
    }
  }

  /** The store no longer has the run: neither does the heap, and the workers may forget it. */
  void cleared(Run run) {
    runs.remove(run);
    for (Segment segment : run.segments) {
      segment.outputSaved = true;
      if (!segment.forgotten) {
        forget(segment);
      }
    }
  }

  void dropIfSettled(Run run) {
    if (run.isSettled()) {
      if (run.status == RunStatus.KILLED) {
        context.term.killed(run.runId);
      }
      runs.remove(run);
    }
  }
}
