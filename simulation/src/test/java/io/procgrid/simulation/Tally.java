package io.procgrid.simulation;

import io.procgrid.head.core.HeadEvent.ProbeAnswered.Presence;
import java.util.EnumMap;
import java.util.Map;

/** What a history, or many, amounted to. */
final class Tally {
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  long seeds;
  long steps;
  long begun;
  long killsProven;
  long signalled;
  private final Map<Presence, Long> probes = new EnumMap<>(Presence.class);

  void met(Fault fault) {
    faults.merge(fault, 1L, Long::sum);
  }

  void probed(Presence presence) {
    probes.merge(presence, 1L, Long::sum);
  }

  void add(Tally other) {
    seeds += other.seeds;
    steps += other.steps;
    begun += other.begun;
    killsProven += other.killsProven;
    signalled += other.signalled;
    other.probes.forEach((presence, count) -> probes.merge(presence, count, Long::sum));
    other.faults.forEach((fault, count) -> faults.merge(fault, count, Long::sum));
  }

  @Override
  public String toString() {
    return "%,d histories, %,d steps, %,d segments begun, %,d kills proven, %,d trees signalled; probes: %s; faults: %s"
        .formatted(seeds, steps, begun, killsProven, signalled, probes, faults);
  }
}
