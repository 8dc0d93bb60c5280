package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.PidNamespace;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.Setting;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import io.procgrid.it.Zombies;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers in a container whose pid 1 reaps nothing (K2). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1, setting = Setting.NO_REAPER)
class NoReaperIT {
  @RegisterExtension final Bystanders bystanders = new Bystanders();

  @TortureCase(
      number = 6,
      report = {"ray#54237", "ray#62591"})
  @Test
  void runsLeaveNoZombieWherePidOneDoesNotReap(TestCluster cluster, PidNamespace namespace) {
    ProcClient procs = cluster.procs();
    String ends = procs.create(ProcDraft.shell("(sleep 0.01 &); setsid sleep 100 & exit 0"));
    String killed =
        procs.create(
            ProcDraft.shell(
                "(setsid sleep %1$s &); exec sleep %1$s".formatted(bystanders.marker())));
    int half = Torture.times(50, 500);
    List<String> runs = IntStream.range(0, half).mapToObj(i -> procs.execute(ends)).toList();
    runs.forEach(procs::awaitOver);
    IntStream.range(0, half).forEach(i -> procs.execute(killed));
    assertThat(procs.kill("", "proc_name", killed).runIds()).hasSize(half);

    long worker = cluster.worker(1).pid();
    Waiting.until(() -> Zombies.below(worker) == 0 && Zombies.below(namespace.initPid()) == 0);
  }

  @TortureCase(number = 6, report = "ray#62591")
  @Test
  void zombieThatNobodyReapsCountsAsDead(TestCluster cluster) {
    ProcClient procs = cluster.procs();
    String run =
        procs.run(
            ProcDraft.shell("setsid sleep %1$s & exec sleep %1$s".formatted(bystanders.marker())));
    Set<Long> pids = TestCluster.awaitLive(bystanders.marker(), 2);
    cluster.worker(1).kill();
    cluster.startAll();
    procs.awaitRunning(run, 1);

    assertThat(procs.kill(run).runIds()).containsExactly(run);

    assertThat(LivePids.among(pids)).isEmpty();
  }
}
