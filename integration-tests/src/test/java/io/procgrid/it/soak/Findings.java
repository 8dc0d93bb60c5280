package io.procgrid.it.soak;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Everything that should not have happened. Threads may share it. */
final class Findings {
  /** So many are told in full: one fault may show a thousand times. */
  private static final int TOLD_IN_FULL = 40;

  private final SoakLog log;
  private final Map<Breach, Integer> counts = new EnumMap<>(Breach.class);
  private final List<String> told = new ArrayList<>();
  private boolean ended;

  Findings(SoakLog log) {
    this.log = log;
  }

  /** Notes a breach with its evidence. */
  synchronized void add(Breach breach, String evidence) {
    if (ended) {
      return;
    }
    counts.merge(breach, 1, Integer::sum);
    if (told.size() < TOLD_IN_FULL) {
      told.add(breach + ": " + evidence);
      log.say("!!! %s: %s", breach, evidence);
    }
  }

  /** Everything is being taken down: from now on things die that must not before. */
  synchronized void end() {
    ended = true;
  }

  synchronized int count(Breach breach) {
    return counts.getOrDefault(breach, 0);
  }

  synchronized boolean isEmpty() {
    return counts.isEmpty();
  }

  /** The first ones, with their evidence. */
  synchronized List<String> told() {
    return List.copyOf(told);
  }
}
