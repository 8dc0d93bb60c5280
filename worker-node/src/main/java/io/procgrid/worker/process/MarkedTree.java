package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
      gate.open(leader);
    }
  }

  /**
   * From here on the end of the leader cannot be overlooked. Before its record is durable, so that
   * whoever finds the record finds out whether the leader ever began.
   */
  void keep() {
    leader.keep();
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
  }

  /** Lets go of the watched processes, all of which are dead. */
  void finish() {
    leader.finish();
  }

  /**
   * Until then the zombie of the leader tells how it ended: to the next worker, too, should this
   * one die before the end is durable.
   */
  @Override
  public void dispose() {
    settle();
    supervision.removeWhenReady("the zombie of pid " + leader.pid(), leader::letGo);
  }
}
