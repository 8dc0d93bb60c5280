package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.Daemon;
import io.procgrid.it.LivePids;
import io.procgrid.it.TestCluster;

/** An entry has its turn in a cluster start exactly once, and what was killed stays dead. */
final class CrashedAutoStart extends CrashedOperation {
  private String entry = "";

  CrashedAutoStart(TestCluster cluster) {
    super(cluster);
  }

  @Override
  void prepare() {
    entry = procs.execute(procs.create(sleeper()), "execute_at_startup", "true");
    cluster.stopDaemons();
  }

  @Override
  void act() {
    cluster.head().start();
    cluster.workers().forEach(Daemon::start);
  }

  @Override
  void verify() {
    procs.awaitRunning(entry, 2);
    TestCluster.awaitLive(marker, 2);
    assertThat(procs.kill(entry, "clear_execute_at_startup", "true").runIds())
        .containsExactly(entry);
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(procs.status(entry).overall()).isEqualTo("killed");
  }
}
