package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the trees of Linux have in common: a leader that is watched, a gate in front of it, and the
 * mark that all of the tree inherits.
 */
abstract class MarkedTree extends SupervisedTree {
  final Supervision supervision;
  final DescentMark mark;
  final WatchedProcess leader;
  private final @Nullable Gate gate;
  private volatile boolean leaderIsKilled;

  /** A tree; gate is null when an earlier worker launched it. */
  MarkedTree(
      Supervision supervision,
      DescentMark mark,
      WatchedProcess leader,
      ProcessRecord record,
      @Nullable Gate gate) {
    super(record, supervision.blockedAfter());
    this.supervision = supervision;
    this.mark = mark;
    this.leader = leader;
    this.gate = gate;
  }

  @Override
  public final void release() {
    if (gate != null) {
      // In this order: once the leader goes on, it may end at any time.
      leader.keep();
      gate.open(leader);
    }
  }

  @Override
  public final CompletableFuture<ExitStatus> leaderExit() {
    return leader.exit();
  }

  /** Pids of the live members, as far as one look finds them. */
  Set<Integer> members() throws SystemCallException {
    return look().live();
  }

  /** Whether a pid that cannot change its meaning now is that of a member. */
  abstract boolean holds(int pid) throws SystemCallException;

  @Override
  public final boolean signal(int signal) throws InterruptedException {
    return new SignalRound(this, signal).run();
  }

  @Override
  public TreeDeath kill(Consumer<String> blocked) throws InterruptedException {
    if (!leader.exit().isDone()) {
      leaderIsKilled = true;
    }
    return super.kill(blocked);
  }

  @Override
  boolean awaitEffect() throws SystemCallException {
    return leader.awaitDeath();
  }

  @Override
  final String obstacle(int pid) {
    return supervision.obstacle(pid);
  }

  @Override
  void settle() {
    finish();
    if (gate != null) {
      gate.close();
    }
    supervision.descendants().unregister(mark);
    if (leaderIsKilled) {
      // How it ended is no news, and nobody who looks for its pid is to find as much as a zombie.
      letGo();
    }
  }

  /** Lets go of the watched processes, all of which are dead. */
  void finish() {
    leader.finish();
  }

  @Override
  public void dispose() {
    settle();
    letGo();
  }

  private void letGo() {
    supervision.removeWhenReady("the zombie of pid " + leader.pid(), leader::letGo);
  }
}
