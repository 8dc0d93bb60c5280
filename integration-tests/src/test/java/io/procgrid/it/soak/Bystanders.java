package io.procgrid.it.soak;

import io.procgrid.it.LivePids;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Processes that are none of the cluster's and must all live on. Threads may share it. */
final class Bystanders {
  /**
   * One of them.
   *
   * @param name what it is
   */
  private record Bystander(String name, long startTicks) {}

  private final Findings findings;
  private final Map<Long, Bystander> living = new ConcurrentHashMap<>();

  Bystanders(Findings findings) {
    this.findings = findings;
  }

  /** This process must live from now on. */
  void add(String name, long pid) {
    living.put(pid, new Bystander(name, Living.startTicks(pid)));
  }

  /** Pids, a view that grows. */
  Set<Long> pids() {
    return living.keySet();
  }

  /** Reports each that has died. */
  void check() {
    living.forEach((pid, bystander) -> {
      if (Living.startTicks(pid) != bystander.startTicks() || !LivePids.isAlive(pid)) {
        living.remove(pid);
        findings.add(Breach.FOREIGN_HIT, "pid %d is dead: %s".formatted(pid, bystander.name()));
      }
    });
  }
}
