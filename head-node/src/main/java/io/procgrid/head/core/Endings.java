package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes proofs of death into the store, then the output, then lets the worker forget.
 *
 * <p>INVARIANT: a run shows as over, and is listed as killed, only when its end is in the store; a
 * worker is told to forget only after that.
 */
final class Endings {
  /** After so many failed reads the output of a segment counts as lost. */
  private static final int OUTPUT_ATTEMPTS = 5;

  /** Told of runs whose end is in the store, and of places that became free. */
  interface Listener {
    void runEnded(Run run);

    /** Ends of its segments are in the store, not yet those of all. */
    void runProgressed(Run run);

    void placeFreed(ProcDefinition proc);

    /**
     * A worker reports a kill that this head did not order: its facts are now the run's intent,
     * being stored.
     */
    void killedElsewhere(Run run);
  }

  private final CoreContext context;
  private final Workers workers;
  private final Runs runs;
  private final Listener listener;

  Endings(CoreContext context, Workers workers, Runs runs, Listener listener) {
    this.context = context;
    this.workers = workers;
    this.runs = runs;
    this.listener = listener;
  }

  /**
   * A worker tells that the segment is over. What is unknown here may be about to be imported: it
   * must not be forgotten there before the inventories are compared.
   */
  void reported(WorkerState worker, SegmentKey key, Outcome outcome) {
    boolean compared = worker.link == WorkerState.Link.READY && !worker.importing;
    if (compared || worker.isForgotten() || runs.find(key, worker.identity()) != null) {
      terminated(worker, key, outcome);
    } else {
      worker.unknownEnds.put(key, outcome);
    }
  }

  /** The inventories are compared: what is still unknown is not needed there. */
  void unknownEnds(WorkerState worker) {
    Map<SegmentKey, Outcome> ends = new TreeMap<>(worker.unknownEnds);
    worker.unknownEnds.clear();
    ends.forEach((key, outcome) -> terminated(worker, key, outcome));
  }

  /** A worker has proven the segment over. */
  void terminated(WorkerState worker, SegmentKey key, Outcome outcome) {
    worker.ended(key);
    Segment segment = runs.find(key, worker.identity());
    if (segment == null || worker.isForgotten()) {
      askToForget(worker, List.of(key));
      return;
    }
    if (segment.phase == SegmentPhase.OVER && segment.outputSaved) {
      // A kill that came after the worker had forgotten the segment has left a tombstone there.
      forget(segment);
    }
    if (!segment.phase.mayLive()) {
      return;
    }
    Run run = segment.run;
    Ends ends = new Ends();
    boolean killedElsewhere = takeIntent(run, outcome, ends);
    end(segment, outcome, ends);
    worker.release(segment);
    endRunIfDone(run, ends);
    context.persistFacts(ends.mutations, () -> stored(ends));
    listener.placeFreed(run.proc);
    if (killedElsewhere) {
      listener.killedElsewhere(run);
    }
  }

  /**
   * Half a kill: a report without an intent creates it for the whole run, from what the worker
   * journaled. How much grace its caller left is not told: nobody gets less than the proc's.
   */
  private boolean takeIntent(Run run, Outcome outcome, Ends ends) {
    KillFacts facts = outcome.kill();
    if (run.intent != null || facts == null || outcome.runStatus() != RunStatus.KILLED) {
      return false;
    }
    long graceMillis = run.proc.killGrace().millis();
    ends.intend(run, new KillIntent(facts, graceMillis));
    run.graceEndsMillis = context.now() + graceMillis;
    return true;
  }

  private static void end(Segment segment, Outcome reported, Ends ends) {
    KillIntent intent = segment.run.intent;
    Outcome proven = withoutOverclaiming(segment, reported);
    Outcome outcome = intent == null ? proven : proven.during(intent.facts());
    segment.phase = SegmentPhase.ENDING;
    segment.status = outcome.runStatus();
    segment.message = intent == null ? Messages.of(outcome) : Messages.of(outcome, intent.facts());
    segment.startedAtMillis = outcome.startedAtMillis();
    segment.endedAtMillis = outcome.endedAtMillis();
    segment.killMillis = outcome.killMillis();
    ends.segments.add(segment);
    segment.end =
        new Mutation.SegmentEnded(segment.key, outcome.runStatus(), outcome, segment.message);
    ends.mutations.add(segment.end);
  }

  /**
   * A journal that proves "never started" of what is known to have run has lost it: that nothing of
   * it is alive is proven, what ended it is not.
   */
  private static Outcome withoutOverclaiming(Segment segment, Outcome reported) {
    if (reported.kind() != Outcome.Kind.NEVER_STARTED || segment.startedAtMillis == 0) {
      return reported;
    }
    return new Outcome(
        Outcome.Kind.ENDED,
        new ExitStatus.Lost(
            "the journal of its worker lost it while it ran; nothing of it is alive"),
        "",
        segment.startedAtMillis,
        reported.endedAtMillis(),
        reported.killMillis(),
        null);
  }

  /** True while the store does not have all ends yet that this worker's segments have come to. */
  boolean areOnTheirWay(WorkerState worker) {
    for (Run run : runs.all()) {
      for (Segment segment : run.segments) {
        if (segment.phase == SegmentPhase.ENDING && segment.isPlacedOn(worker.identity())) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * When every segment has ended, so has the run: in memory now, in the store as soon as it has all
   * the rest.
   */
  void endRunIfDone(Run run, Ends ends) {
    boolean mayBegin = !run.isFixed() && run.intent == null;
    if (!run.isOver() && run.allSegmentsEnded() && !mayBegin) {
      run.status = run.rollUp();
    }
    RunStatus status = run.status;
    if (status != null && !run.endOnItsWay && ends.complete(run)) {
      run.endOnItsWay = true;
      ends.runs.add(run);
      ends.mutations.add(
          new Mutation.RunEnded(run.runId, run.incarnation, status, context.wallMillis()));
    }
  }

  /**
   * Ends the runs whose segments have all ended in the store, and which a head that crashed could
   * not end any more.
   */
  void endWhatIsOver() {
    Ends ends = new Ends();
    for (Run run : runs.all()) {
      if (run.isFixed()) {
        endRunIfDone(run, ends);
      }
    }
    if (!ends.isEmpty()) {
      context.persistFacts(ends.mutations, () -> stored(ends));
    }
  }

  /** The ends are in the store. */
  void stored(Ends ends) {
    Set<Run> touched = new LinkedHashSet<>(ends.intents.keySet());
    Ends postponed = new Ends();
    ends.intents.forEach((run, stored) -> {
      run.intentStored = true;
      KillIntent intent = run.intent;
      if (intent != null && !intent.equals(stored) && !run.endOnItsWay) {
        // A harder kill came while this one was tried again: it must not stand in its place.
        postponed.intend(run, intent);
      }
    });
    for (Segment segment : ends.segments) {
      segment.phase = SegmentPhase.OVER;
      segment.end = null;
      touched.add(segment.run);
      fetchOrForget(segment);
    }
    for (Run run : ends.runs) {
      run.endStored = true;
      touched.add(run);
      listener.runEnded(run);
    }
    for (Run run : touched) {
      if (!run.endStored) {
        listener.runProgressed(run);
      }
      endRunIfDone(run, postponed);
      dropIfSettled(run);
    }
    if (!postponed.isEmpty()) {
      context.persistFacts(postponed.mutations, () -> stored(postponed));
    }
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

  private void forget(Segment segment) {
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

  private void askToForget(WorkerState worker, List<SegmentKey> kept) {
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

  private void dropIfSettled(Run run) {
    if (run.isSettled()) {
      if (run.status == RunStatus.KILLED) {
        context.term.killed(run.runId);
      }
      runs.remove(run);
    }
  }
}
