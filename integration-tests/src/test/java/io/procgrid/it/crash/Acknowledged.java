package io.procgrid.it.crash;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What clients were told is done. Threads may share it. */
final class Acknowledged {
  private final Set<String> procs = ConcurrentHashMap.newKeySet();
  private final Set<String> runs = ConcurrentHashMap.newKeySet();
  private final Set<String> entries = ConcurrentHashMap.newKeySet();
  private final Set<String> kills = ConcurrentHashMap.newKeySet();

  /** Names of procs created. */
  Set<String> procs() {
    return procs;
  }

  /** Ids of runs executed. */
  Set<String> runs() {
    return runs;
  }

  /** Run ids of auto-start entries made. */
  Set<String> entries() {
    return entries;
  }

  /** Ids of runs that a kill listed. */
  Set<String> kills() {
    return kills;
  }

  int count() {
    return procs.size() + runs.size() + entries.size() + kills.size();
  }
}
