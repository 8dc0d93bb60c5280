package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker is stopped in order and started again, as for an upgrade: no proc feels it (K3, K8). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1)
class UpgradeIT {
  private final String marker = TestCluster.newMarker();

  @Test
  void procsRunThroughAnUpgradeAndEndAsIfThereWasNone(TestCluster cluster) {
    HeldEnds during = new HeldEnds(cluster, marker + "-during");
    HeldEnds after = new HeldEnds(cluster, marker + "-after");
    String sleeper = cluster.procs().run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    during.startEach();
    after.startEach();

    assertThat(cluster.worker(1).terminate()).isIn(0, 143);
    assertThat(LivePids.sleeping(marker)).isEqualTo(pids);
    during.end();
    cluster.startAll();

    during.assertTold();
    after.end();
    after.assertTold();
    assertThat(cluster.procs().status(sleeper).overall()).isEqualTo("running");
    assertThat(LivePids.sleeping(marker)).isEqualTo(pids);
    assertThat(cluster.procs().kill(sleeper).runIds()).containsExactly(sleeper);
  }

  @Test
  void wholeClusterIsUpgradedUnderItsProcs(TestCluster cluster) {
    HeldEnds ends = new HeldEnds(cluster, marker);
    ends.startEach();
    cluster.stopDaemons();
    ends.end();
    cluster.startAll();
    ends.assertTold();
  }
}
