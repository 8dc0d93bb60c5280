package io.procgrid.it.soak;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts of what was done. Threads may share it. */
final class Tally {
  /** What is counted. */
  enum Of {
    EXECUTES,
    KILL_CALLS,
    KILLED,
    ENDED_BY_ITSELF,
    NEVER_ACKNOWLEDGED,
    PENDING,
    UNANSWERED_CALLS,
    EXITS_UNKNOWN,
    LOOKS,
    HEAD_KILLS,
    HEAD_RESTARTS,
    WORKER_KILLS,
    WORKER_RESTARTS,
    PAUSES,
    PARTITIONS
  }

  private final Map<Of, LongAdder> counts = new EnumMap<>(Of.class);

  Tally() {
    for (Of of : Of.values()) {
      counts.put(of, new LongAdder());
    }
  }

  void count(Of of) {
    add(of, 1);
  }

  void add(Of of, long number) {
    counter(of).add(number);
  }

  long get(Of of) {
    return counter(of).sum();
  }

  private LongAdder counter(Of of) {
    LongAdder counter = counts.get(of);
    if (counter == null) {
      throw new IllegalStateException("no counter of " + of);
    }
    return counter;
  }
}
