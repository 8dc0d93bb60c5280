package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.process.linux.DescentMark;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * A session for each segment, and repeated scans of /proc. Best effort: who changes the very limit
 * that carries the mark, starts a session of its own and outlives its parents between two scans is
 * not found.
 */
final class SessionContainment extends SupervisedContainment {
  static final String NAME = "session";

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  SessionContainment(Supervision supervision, InstantSource clock) {
    super(supervision);
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean bestEffort() {
    return true;
  }

  @Override
  public ContainedTree launch(SegmentKey segment, LaunchPlan plan) throws LaunchException {
    return supervision.launch(plan, () -> launchInSession(segment, plan));
  }

  private ContainedTree launchInSession(SegmentKey segment, LaunchPlan plan)
      throws LaunchException {
    Launcher.Held held = supervision.launcher().launch(plan);
    WatchedProcess leader = held.process();
    String place = segment + "-" + Long.toHexString(random.nextLong());
    supervision.contain(plan, held, DescentMark.of(place), () -> {});
    ProcessRecord record =
        new ProcessRecord(
            NAME, leader.pid(), leader.startTicks(), supervision.bootId(), place, clock.millis());
    return new SessionTree(supervision, leader, record, held.gate());
  }
}
