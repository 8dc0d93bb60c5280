package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.ProcessRecord;
import org.jspecify.annotations.Nullable;

/**
 * A process tree of a host: its leader, held at the gate at first, and those it leaves behind. It
 * lives by itself, whether or not there is a worker.
 */
final class ProcessTree {
  /** Told by the worker process that has the tree in hand. */
  interface Watcher {
    void leaderExited(ExitStatus status);

    void emptied();
  }

  /**
   * What the program will do.
   *
   * @param endless it never ends by itself
   * @param children processes that outlive the leader
   * @param childMillis for so long
   */
  record Plan(boolean endless, long lifeMillis, int exitCode, int children, long childMillis) {
    static Plan draw(Chance chance) {
      return new Plan(
          chance.oneIn(8),
          chance.oneIn(3) ? chance.between(0, 20) : chance.between(0, 4_000),
          chance.oneIn(3) ? 1 + chance.below(3) : 0,
          chance.oneIn(3) ? 1 + chance.below(3) : 0,
          chance.between(0, 1_500));
    }
  }

  private final World world;
  private final Truth truth;
  private final WorkerMachine machine;
  private final @Nullable SegmentKey key;
  private final ProcessRecord record;
  private final Plan plan;
  private boolean released;
  private boolean leaderAlive = true;
  private int others;
  private @Nullable ExitStatus exit;
  private @Nullable Watcher watcher;

  /**
   * @param key null for a process that is none of the cluster's
   */
  ProcessTree(
      World world,
      Truth truth,
      WorkerMachine machine,
      @Nullable SegmentKey key,
      ProcessRecord record) {
    this.world = world;
    this.truth = truth;
    this.machine = machine;
    this.key = key;
    this.record = record;
    this.plan = Plan.draw(world.chance());
    this.released = key == null;
  }

  ProcessRecord record() {
    return record;
  }

  boolean isReleased() {
    return released;
  }

  boolean isLeaderAlive() {
    return leaderAlive;
  }

  boolean isAlive() {
    return leaderAlive || others > 0;
  }

  int members() {
    return others + (leaderAlive ? 1 : 0);
  }

  /** How the leader ended; null while it has not. */
  @Nullable ExitStatus exit() {
    return exit;
  }

  boolean isEndless() {
    return plan.endless();
  }

  void watch(Watcher by) {
    watcher = by;
  }

  void unwatch() {
    watcher = null;
  }

  /** The gate opens: user code runs. */
  void release() {
    if (released || !leaderAlive || key == null) {
      return;
    }
    released = true;
    truth.begins(key, machine);
    if (!plan.endless()) {
      world.timeline().after(plan.lifeMillis(), this::leaderEnds);
    }
  }

  private void leaderEnds() {
    if (!leaderAlive) {
      return;
    }
    others = plan.children();
    for (int i = 0; i < others; i++) {
      world.timeline().after(world.chance().between(0, plan.childMillis()), this::childEnds);
    }
    leaderGone(new ExitStatus.Exited(plan.exitCode()));
    tellIfEmpty();
  }

  private void childEnds() {
    if (others > 0) {
      others--;
      tellIfEmpty();
    }
  }

  private void leaderGone(ExitStatus how) {
    leaderAlive = false;
    exit = how;
    if (watcher != null) {
      watcher.leaderExited(how);
    }
  }

  private void tellIfEmpty() {
    if (!isAlive() && watcher != null) {
      watcher.emptied();
    }
  }

  /** SIGKILL reaches every member. */
  void die() {
    others = 0;
    if (leaderAlive) {
      leaderGone(new ExitStatus.Signalled(9));
    }
    tellIfEmpty();
  }

  /** The host goes down, and nobody is told. */
  void vanish() {
    watcher = null;
    others = 0;
    leaderAlive = false;
    if (exit == null) {
      exit = new ExitStatus.Lost("the host went down");
    }
  }

  @Nullable SegmentKey key() {
    return key;
  }
}
