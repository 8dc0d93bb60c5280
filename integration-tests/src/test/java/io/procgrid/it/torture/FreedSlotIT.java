package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.TestCluster;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a killed run held is given to the next one only when it is dead (K2). */
@ExtendWith(ClusterExtension.class)
class FreedSlotIT {
  @RegisterExtension final Bystanders bystanders = new Bystanders();

  @TortureCase(number = 10, report = "pai#2152")
  @Test
  void nextRunStartsOnlyWhenTheKilledOneIsDead(TestCluster cluster) {
    ProcClient procs = cluster.procs();
    String marker = bystanders.marker();
    String name = procs.create(LockedProc.sleeping(cluster, marker).distributed());
    String current = procs.execute(name);
    procs.awaitRunning(current, 2);
    for (int i = 0; i < Torture.times(15, 1_000); i++) {
      String next = procs.execute(name);
      assertThat(procs.kill(current).runIds()).containsExactly(current);
      procs.awaitRunning(next, 2);
      current = next;
    }
    assertThat(procs.kill("").runIds()).containsExactly(current);
  }

  @TortureCase(number = 10, report = "pai#2152")
  @Test
  @OwnCluster
  void pendingKillHoldsItsSlot(TestCluster cluster) {
    ProcClient procs = cluster.procs();
    String marker = bystanders.marker();
    String name = procs.create(LockedProc.sleeping(cluster, marker).distributed());
    String killed = procs.execute(name);
    Set<Long> pids = TestCluster.awaitLive(marker, 4);
    cluster.worker(2).suspend();
    assertThat(procs.kill(killed, "answer_timeout_ms", "300").pending()).containsOnlyKeys(killed);
    String next = procs.execute(name);
    cluster.awaitWorkerState(2, "down");
    assertThat(LivePids.among(pids)).hasSize(2);
    assertThat(procs.status(next).overall()).isEqualTo("running");

    cluster.worker(2).resume();

    assertThat(procs.awaitOver(killed).overall()).isEqualTo("killed");
    assertThat(procs.awaitRunning(next, 1).overall()).isEqualTo("running");
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(procs.kill("").runIds()).containsExactly(next);
  }
}
