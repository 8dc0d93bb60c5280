package io.procgrid.head.core;

import io.procgrid.common.run.KillFacts;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Ends of segments and runs that go into the store together. */
final class Ends {
  final List<Mutation> mutations = new ArrayList<>();
  final Set<Segment> segments = new LinkedHashSet<>();

  /** Runs whose kill intent is among the mutations. */
  final Set<Run> intents = new LinkedHashSet<>();

  /** Runs whose own end is among the mutations. */
  final Set<Run> runs = new LinkedHashSet<>();

  /** Sets the run's intent, which has none, or the same that is not stored yet. */
  void intend(Run run, KillFacts facts) {
    run.intent = facts;
    intents.add(run);
    mutations.add(new Mutation.KillIntended(run.runId, run.incarnation, facts));
  }

  /**
   * True when the store will have everything of the run as soon as it has these: its end may go
   * with them. Otherwise a crash could leave a run that is over with a segment that is not.
   */
  boolean complete(Run run) {
    if (run.intent != null && !run.intentStored && !intents.contains(run)) {
      return false;
    }
    for (Segment segment : run.segments) {
      if (segment.phase != SegmentPhase.OVER && !segments.contains(segment)) {
        return false;
      }
    }
    return true;
  }

  boolean isEmpty() {
    return mutations.isEmpty();
  }
}
