package io.procgrid.head.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ends of segments and runs that go into the store together. */
final class Ends {
  final List<Mutation> mutations = new ArrayList<>();
  final Set<Segment> segments = new LinkedHashSet<>();

  /** Runs whose kill intent is among the mutations, as it is there. */
  final Map<Run, KillIntent> intents = new LinkedHashMap<>();

  /** Runs whose own end is among the mutations. */
  final Set<Run> runs = new LinkedHashSet<>();

  /** Sets the run's intent, which has none, one with more grace, or the same not yet stored. */
  void intend(Run run, KillIntent intent) {
    run.intent = intent;
    intents.put(run, intent);
    mutations.add(new Mutation.KillIntended(run.runId, run.incarnation, intent));
  }

  /**
   * True when the store will have everything of the run as soon as it has these: its end may go
   * with them. Otherwise a crash could leave a run that is over with a segment that is not.
   */
  boolean complete(Run run) {
    if (run.intent != null && !run.intentStored && !intents.containsKey(run)) {
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
