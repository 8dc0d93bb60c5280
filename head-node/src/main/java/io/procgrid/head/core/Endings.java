package io.procgrid.head.core;

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
 * Takes proofs of death into the store; what is left to do then is {@link Settling}'s.
 *
 * <p>INVARIANT: a run shows as over, and is listed as killed, only when its end is in the store.
 */
final class Endings {
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
  private final Runs runs;
  private final Settling settling;
  private final Listener listener;

  Endings(CoreContext context, Runs runs, Settling settling, Listener listener) {
    this.context = context;
    this.runs = runs;
    this.settling = settling;
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
      settling.askToForget(worker, List.of(key));
      return;
    }
    if (segment.phase == SegmentPhase.OVER && segment.outputSaved) {
      // A kill that came after the worker had forgotten the segment has left a tombstone there.
      settling.forget(segment);
    }
    if (!segment.phase.mayLive() || outcome.equals(worker.endsOfOthers.get(key))) {
      return;
    }
    if (segment.isNamesake()) {
      worker.endsOfOthers.put(key, outcome);
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
      settling.fetchOrForget(segment);
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
      settling.dropIfSettled(run);
    }
    if (!postponed.isEmpty()) {
      context.persistFacts(postponed.mutations, () -> stored(postponed));
    }
  }
}
