package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.AlteredHosts;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.Setting;
import io.procgrid.it.Signals;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The host of a worker reboots: what ran there is over, and what was killed never comes back. */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1, setting = Setting.ALTERED_HOSTS)
class RebootIT {
  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private AlteredHosts hosts;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster own, AlteredHosts ownHosts) {
    cluster = own;
    hosts = ownHosts;
    procs = own.procs();
  }

  /** Everything of the host ends, and it comes up with a new boot id. */
  private void reboot(Set<Long> pids) {
    cluster.worker(1).kill();
    pids.forEach(pid -> Signals.send("KILL", pid));
    Waiting.until(() -> LivePids.touching(cluster.dataDir().resolve("worker-1")).isEmpty());
    hosts.reboot(1);
    cluster.startAll();
  }

  @TortureCase(number = 21, report = "nomad#20116")
  @Test
  void runsOfBeforeAreOverSaySoAndHoldNothingUp() {
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);

    reboot(pids);

    RunState over = procs.awaitOver(run);
    assertThat(over.overall()).isEqualTo("error");
    assertThat(over.message()).contains("exit status lost", "the host rebooted");
    assertThat(procs.kill("").pending()).isEmpty();
    assertThat(procs.awaitOver(procs.run(ProcDraft.shell("exit 0"))).overall())
        .isEqualTo("complete");
  }

  @TortureCase(number = 21, report = "nomad#20116")
  @Test
  void killOrderedBeforeTheRebootIsProvenByIt() {
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    cluster.worker(1).kill();
    cluster.awaitWorkerState(1, "down");
    assertThat(procs.kill(run).pending()).containsOnlyKeys(run);

    reboot(pids);

    assertThat(procs.awaitOver(run).overall()).isIn("killed", "error");
    assertThat(procs.kill("").pending()).isEmpty();
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  @TortureCase(number = 34)
  @Test
  void startDelayedAcrossTheRebootRunsOnce() {
    Path runs = cluster.scratch().resolve(marker);
    cluster.worker(1).suspend();
    String run = procs.run(ProcDraft.shell("echo ran >>" + runs));

    reboot(Set.of());

    assertThat(procs.awaitOver(run).overall()).isEqualTo("complete");
    assertThat(runs).hasContent("ran");
  }

  @TortureCase(number = 34)
  @Test
  void startDelayedAcrossTheRebootNeverRunsWhenItWasKilled() {
    Path runs = cluster.scratch().resolve(marker);
    cluster.worker(1).suspend();
    String run = procs.run(ProcDraft.shell("echo ran >>" + runs));
    procs.kill(run, "answer_timeout_ms", "100");

    reboot(Set.of());

    assertThat(procs.awaitOver(run).overall()).isEqualTo("killed");
    assertThat(procs.awaitOver(procs.run(ProcDraft.shell("exit 0"))).overall())
        .isEqualTo("complete");
    assertThat(Files.exists(runs)).isFalse();
  }
}
