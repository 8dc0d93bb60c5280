package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.procgrid.it.AlteredHosts;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.Setting;
import io.procgrid.it.TestCluster;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker comes back in another pid namespace of the same boot: no pid means what it meant. */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1, setting = Setting.ALTERED_HOSTS)
class RestartedContainerIT {
  private final String marker = TestCluster.newMarker();

  @TortureCase(number = 33)
  @Test
  void runOutsideTheNewPidNamespaceGoesOnAndDiesWhenItIsKilled(
      TestCluster cluster, AlteredHosts hosts) {
    assumeThat(cluster.shownWorker(1).path("containment").asText())
        .as("only leaves can be seen from there")
        .isEqualTo("cgroup");
    ProcClient procs = cluster.procs();
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    cluster.worker(1).kill();
    hosts.contain(1);
    cluster.startAll();

    assertThat(procs.awaitRunning(run, 1).overall()).isEqualTo("running");
    assertThat(LivePids.among(pids)).isEqualTo(pids);

    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(procs.status(run).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEmpty();
  }
}
