package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.KillAnswer;
import io.procgrid.it.LivePids;
import io.procgrid.it.NetworkNamespaces;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.Setting;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The network between head and worker fails without a word, and heals (K3, K6). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(setting = Setting.NETWORK_NAMESPACES)
class PartitionIT {
  /** How the network fails. */
  private enum Outage {
    CABLE_PULLED {
      @Override
      void begin(NetworkNamespaces network) {
        network.pullCable(2);
      }

      @Override
      void end(NetworkNamespaces network) {
        network.plugCable(2);
      }
    },
    PACKETS_DROPPED {
      @Override
      void begin(NetworkNamespaces network) {
        network.silence(2);
      }

      @Override
      void end(NetworkNamespaces network) {
        network.unsilence(2);
      }
    };

    abstract void begin(NetworkNamespaces network);

    abstract void end(NetworkNamespaces network);
  }

  @RegisterExtension final Bystanders bystanders = new Bystanders();

  private String marker;
  private TestCluster cluster;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster own) {
    cluster = own;
    procs = own.procs();
    marker = bystanders.marker();
  }

  @TortureCase(
      number = 11,
      report = {"nomad#12680", "nomad#1795"})
  @ParameterizedTest
  @EnumSource
  void runKilledDuringAPartitionIsDeadOnRejoinBeforeAnythingElseHappensThere(
      Outage outage, NetworkNamespaces network) {
    String killed = procs.run(LockedProc.sleeping(cluster, marker).distributed());
    Set<Long> pids = TestCluster.awaitLive(marker, 4);
    String check = procs.create(LockedProc.checking(cluster));
    outage.begin(network);
    cluster.awaitWorkerState(2, "down");

    KillAnswer answer = procs.kill(killed, "answer_timeout_ms", "1000");

    assertThat(answer.pending()).containsOnlyKeys(killed);
    assertThat(answer.pending().get(killed)).contains("worker 2");
    assertThat(LivePids.among(pids)).hasSize(2);

    outage.end(network);

    // The first run that is let in there fails if it meets the one before.
    RunState first =
        Waiting.until(
            () -> procs.awaitOver(procs.execute(check)), state -> state.statuses().size() == 2);
    assertThat(first.overall()).as(first.message("1000")).isEqualTo("complete");
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(procs.awaitOver(killed).overall()).isEqualTo("killed");
  }

  @TortureCase(number = 11, report = "nomad#1795")
  @Test
  @OwnCluster(
      setting = Setting.NETWORK_NAMESPACES,
      head = {"--cluster-start-wait-ms", "86400000"})
  void autoStartDoesNotFireForARunThatWasKilledDuringAPartition(NetworkNamespaces network) {
    String name = procs.create(ProcDraft.command("sleep", marker).distributed());
    String entry = procs.execute(name, "execute_at_startup", "true");
    cluster.stopDaemons();
    cluster.startAll();
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    network.silence(2);
    cluster.awaitWorkerState(2, "down");
    assertThat(procs.kill(entry, "answer_timeout_ms", "500").pending()).containsOnlyKeys(entry);

    network.unsilence(2);

    assertThat(procs.awaitOver(entry).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEmpty();
    // A run that comes later proves that starts happen.
    assertThat(procs.awaitOver(procs.run(ProcDraft.shell("exit 0").distributed())).statuses())
        .hasSize(2);
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(procs.autoStarts(name).has(entry)).isTrue();
  }

  @TortureCase(number = 27)
  @Test
  void silentPeerIsNoticedAndDelaysNobody(NetworkNamespaces network) {
    String run = procs.run(ProcDraft.command("sleep", marker).distributed());
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    network.silence(2);

    // Nothing has told anybody yet: the call itself must be bounded.
    assertThat(procs.kill(run, "answer_timeout_ms", "500").pending()).containsOnlyKeys(run);
    assertThat(LivePids.among(pids)).hasSize(1);
    cluster.awaitWorkerState(2, "down");
    assertThat(procs.awaitOver(procs.run(ProcDraft.shell("echo alone"))).stdout())
        .containsExactly("alone");

    network.unsilence(2);

    cluster.awaitWorkersUp();
    assertThat(procs.awaitOver(run).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @TortureCase(number = 27)
  @Test
  void procsOfASilentWorkerRunOnAndAreControlledAgainAfterwards(NetworkNamespaces network) {
    String run = procs.run(ProcDraft.shell("echo one; exec sleep " + marker).distributed());
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    network.silence(2);
    cluster.awaitWorkerState(2, "down");
    assertThat(procs.status(run).overall()).isEqualTo("running");
    assertThat(procs.status(run).stdout("1000")).isEmpty();
    network.unsilence(2);
    cluster.awaitWorkersUp();

    assertThat(LivePids.withArgument(marker)).isEqualTo(pids);
    assertThat(procs.awaitRunning(run, 2).stdout("1000")).containsExactly("one");
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }
}
