package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.LivePids;
import io.procgrid.it.Signals;
import io.procgrid.it.Waiting;

/**
 * The helper process that is the parent of a run's first process.
 *
 * @param pid its pid
 */
record Keeper(long pid) {
  /** That of a process that a worker has started. */
  static Keeper of(long leader) {
    Keeper keeper = new Keeper(LivePids.parentOf(leader));
    assertThat(LivePids.threadStates(keeper.pid())).as("a keeper is stopped").isEqualTo("T");
    return keeper;
  }

  /** Kills it; returns when the leader has another parent. */
  void kill(long leader) {
    Signals.send("KILL", pid);
    Waiting.until(() -> LivePids.parentOf(leader) != pid);
  }

  boolean isAlive() {
    return LivePids.isAlive(pid);
  }
}
