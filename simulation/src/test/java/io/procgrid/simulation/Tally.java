package io.procgrid.simulation;

import java.util.EnumMap;
import java.util.Map;

/** What a history, or many, amounted to. */
final class Tally {
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  long seeds;
  long steps;
  long begun;
  long killsProven;

  void met(Fault fault) {
    faults.merge(fault, 1L, Long::sum);
  }

  void add(Tally other) {
    seeds += other.seeds;
    steps += other.steps;
    begun += other.begun;
    killsProven += other.killsProven;
    other.faults.forEach((fault, count) -> faults.merge(fault, count, Long::sum));
  }

  @Override
  public String toString() {
    return "%,d histories, %,d steps, %,d segments begun, %,d kills proven; faults: %s"
        .formatted(seeds, steps, begun, killsProven, faults);
  }
}
