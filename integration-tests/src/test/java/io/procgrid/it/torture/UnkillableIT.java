package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.KillAnswer;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A process that even SIGKILL does not end: nobody waits for it without a bound (K2, K6, K8). */
@ExtendWith(ClusterExtension.class)
class UnkillableIT {
  @TortureCase(number = 7, report = "moby#22802")
  @Test
  @OwnCluster
  void frozenProcessIsNamedInTimeHoldsUpNobodyAndDiesWhenItIsThawed(TestCluster cluster)
      throws Exception {
    ProcClient procs = cluster.procs();
    String marker = TestCluster.newMarker();
    String markerOfOther = TestCluster.newMarker();
    String frozen = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    String other = procs.run(ProcDraft.command("sleep", markerOfOther).distributed());
    Set<Long> pidsOfOther = TestCluster.awaitLive(markerOfOther, 2);

    try (Freezer freezer = Freezer.open(marker)) {
      freezer.freeze(pids);

      KillAnswer answer = procs.kill(frozen);

      assertThat(answer.runIds()).isEmpty();
      assertThat(answer.pending().get(frozen))
          .contains("host ", "pid " + pids.iterator().next(), "state D", "procgrid-test-" + marker);
      assertThat(LivePids.among(pids)).isEqualTo(pids);
      RunState pending = procs.status(frozen);
      assertThat(pending.overall()).isEqualTo("running");
      assertThat(pending.message()).startsWith("kill pending: ").contains("state D");

      assertThat(procs.kill(other).runIds()).containsExactly(other);
      assertThat(LivePids.among(pidsOfOther)).isEmpty();

      int degraded = degraded(cluster);
      String elsewhere = procs.run(ProcDraft.command("sleep", marker).distributed());
      TestCluster.awaitLive(marker, 2);
      RunState waiting = procs.status(elsewhere);
      String segment = Integer.toString((degraded - 1) * 1000);
      assertThat(waiting.statuses()).containsEntry(segment, "none");
      assertThat(waiting.message(segment)).contains("worker " + degraded, "resists its kill");

      freezer.thaw();

      assertThat(procs.awaitOver(frozen).overall()).isEqualTo("killed");
      assertThat(LivePids.among(pids)).isEmpty();
      cluster.awaitWorkersUp();
      procs.awaitRunning(elsewhere, 2);
      assertThat(procs.kill(elsewhere).runIds()).containsExactly(elsewhere);
    }
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  /** The number of the one worker that is degraded. */
  private static int degraded(TestCluster cluster) {
    int first = cluster.shownWorker(1).path("state").asText().equals("degraded") ? 1 : 2;
    cluster.awaitWorkerState(first, "degraded");
    cluster.awaitWorkerState(3 - first, "up");
    return first;
  }
}
