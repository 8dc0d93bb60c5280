package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.ProcessRecord;
import java.util.Objects;
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
   * @param heed what it does about a signal
   * @param kept its exit status outlives whoever watches it
   */
  record Plan(
      boolean endless,
      long lifeMillis,
      int exitCode,
      int children,
      long childMillis,
      Heed heed,
      boolean kept) {
    static Plan draw(Chance chance) {
      return new Plan(
          chance.oneIn(8),
          chance.oneIn(3) ? chance.between(0, 20) : chance.between(0, 4_000),
          chance.oneIn(3) ? 1 + chance.below(3) : 0,
          chance.oneIn(3) ? 1 + chance.below(3) : 0,
          chance.between(0, 1_500),
          chance.pick(Heed.ALL),
          !chance.oneIn(4));
    }
  }

  /** What a program does about a signal that asks it to end. */
  enum Heed {
    /** It has no handler. */
    DIES,
    /** It ends in its own time, with an exit code of its own. */
    EXITS,
    /** It goes on. */
    IGNORES;

    static final ImmutableList<Heed> ALL = ImmutableList.copyOf(values());
  }

  private static final long LONGEST_FAREWELL_MILLIS = 2_000;

  private final World world;
  private final Truth truth;
  private final @Nullable Place place;
  private final int era;
  private final ProcessRecord record;
  private final Plan plan;
  private boolean released;
  private boolean leaderAlive = true;
  private int others;
  private @Nullable ExitStatus exit;
  private @Nullable Watcher watcher;

  /**
   * @param place null for a process that is none of the cluster's
   * @param era in which its segment was asked for
   */
  ProcessTree(World world, Truth truth, @Nullable Place place, int era, ProcessRecord record) {
    this.world = world;
    this.truth = truth;
    this.place = place;
    this.era = era;
    this.record = record;
    this.plan = Plan.draw(world.chance());
    this.released = place == null;
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
    if (released || !leaderAlive || place == null) {
      return;
    }
    released = true;
    truth.begins(this, place);
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

  /**
   * A signal that asks for its end reaches every member.
   *
   * @return whether one was alive
   */
  boolean signal(int number) {
    if (!isAlive()) {
      return false;
    }
    switch (released ? plan.heed() : Heed.DIES) {
      case DIES -> end(new ExitStatus.Signalled(number));
      case EXITS -> {
        long farewell = world.chance().between(0, LONGEST_FAREWELL_MILLIS);
        world.timeline().after(farewell, () -> end(new ExitStatus.Exited(plan.exitCode())));
      }
      case IGNORES -> {}
    }
    return true;
  }

  private void end(ExitStatus how) {
    if (!isAlive()) {
      return;
    }
    others = 0;
    if (leaderAlive) {
      leaderGone(how);
    }
    tellIfEmpty();
  }

  /** Whether its exit status can be had by a worker that did not see it end. */
  boolean isExitKept() {
    return plan.kept();
  }

  /** SIGKILL reaches every member. */
  void die() {
    end(new ExitStatus.Signalled(9));
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

  @Nullable Place place() {
    return place;
  }

  Place requirePlace() {
    return Objects.requireNonNull(place);
  }

  int era() {
    return era;
  }
}
