package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.AlteredHosts;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.KillAnswer;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.Setting;
import io.procgrid.it.TestCluster;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker's data folder comes to another machine: that proves nothing of what it left (K2). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1, setting = Setting.ALTERED_HOSTS)
class MovedFolderIT {
  private final String marker = TestCluster.newMarker();

  @TortureCase(number = 33)
  @Test
  void runOnTheMachineOfBeforeIsNeverCalledDead(TestCluster cluster, AlteredHosts hosts) {
    ProcClient procs = cluster.procs();
    String over = procs.run(ProcDraft.shell("echo done"));
    assertThat(procs.awaitOver(over).overall()).isEqualTo("complete");
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    cluster.worker(1).kill();
    hosts.move(1);
    cluster.startAll();

    KillAnswer answer = procs.kill(run, "answer_timeout_ms", "1000");

    assertThat(answer.runIds()).isEmpty();
    assertThat(answer.pending()).containsOnlyKeys(run);
    assertThat(answer.pending().get(run)).contains("placed on machine", "only there");
    assertThat(procs.status(run).overall()).isEqualTo("running");
    assertThat(LivePids.among(pids)).isEqualTo(pids);
    assertThat(procs.status(over).overall()).isEqualTo("complete");

    cluster.worker(1).kill();
    hosts.moveBack(1);
    cluster.startAll();

    assertThat(procs.awaitOver(run).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @TortureCase(number = 33)
  @Test
  void newRunsAreTakenOnTheNewMachine(TestCluster cluster, AlteredHosts hosts) {
    ProcClient procs = cluster.procs();
    cluster.worker(1).kill();
    hosts.move(1);
    cluster.startAll();

    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    cluster.worker(1).kill();
    cluster.startAll();

    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }
}
