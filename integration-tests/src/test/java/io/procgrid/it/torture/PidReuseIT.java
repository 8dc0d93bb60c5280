package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.PidNamespace;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.Setting;
import io.procgrid.it.Signals;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A pid that has a new owner is not that of the run any more (K5). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1, setting = Setting.FEW_PIDS)
class PidReuseIT {
  /** Starts processes one after the other until one has the wanted pid; that one stays. */
  private static final String TAKE_PID =
      """
      tries=0
      while [ $tries -lt 5000 ]; do
        sleep "$2" >/dev/null 2>&1 &
        [ $! -ne "$1" ] || exit 0
        kill -KILL $!
        wait
        tries=$((tries+1))
      done
      exit 1
      """;

  /** Short processes, one after the other; each must end by itself. */
  private static final String CHURN =
      """
      while [ -e "$1" ]; do
        sleep 0.01 || echo hit >>"$2"
      done
      """;

  @RegisterExtension final Bystanders bystanders = new Bystanders();

  @TortureCase(
      number = 15,
      report = {"bazel#11910", "systemd#6803"})
  @Test
  void newOwnerOfAPidLivesOnWhenTheRunDiedWhileTheWorkerWasAway(
      TestCluster cluster, PidNamespace namespace) {
    ProcClient procs = cluster.procs();
    String ended = procs.run(ProcDraft.command("sleep", bystanders.marker()));
    long pid = TestCluster.awaitLive(bystanders.marker(), 1).iterator().next();
    long inside = PidNamespace.pidInside(pid);
    cluster.worker(1).kill();
    endWithItsKeepers(pid, namespace);
    String decoyMarker = TestCluster.newMarker();
    namespace.run("sh", "-c", TAKE_PID, "sh", Long.toString(inside), decoyMarker);
    long decoy = TestCluster.awaitLive(decoyMarker, 1).iterator().next();
    assertThat(PidNamespace.pidInside(decoy)).isEqualTo(inside);
    procs.kill(ended, "answer_timeout_ms", "100");

    cluster.startAll();

    RunState over = procs.awaitOver(ended);
    assertThat(over.overall()).as(over.message()).isIn("killed", "error");
    assertThat(LivePids.isAlive(decoy)).isTrue();
    assertThat(procs.kill("").pending()).isEmpty();
    assertThat(LivePids.isAlive(decoy)).isTrue();
  }

  @TortureCase(number = 15, report = "bazel#11910")
  @Test
  void killsHitNobodyElseWhilePidsRecurAllTheTime(TestCluster cluster, PidNamespace namespace)
      throws IOException {
    ProcClient procs = cluster.procs();
    Path go = Files.createFile(cluster.scratch().resolve("go"));
    Path hits = cluster.scratch().resolve("hits");
    Path churn = Files.writeString(cluster.scratch().resolve("churn.sh"), CHURN);
    for (int i = 0; i < 3; i++) {
      namespace.run("sh", "-c", "sh %s %s %s >/dev/null 2>&1 &".formatted(churn, go, hits));
    }
    String name =
        procs.create(
            ProcDraft.shell(
                "setsid sleep %1$s & (sleep 0.01 &) ; exec sleep %1$s"
                    .formatted(bystanders.marker())));
    for (int i = 0; i < Torture.times(40, 3_000); i++) {
      String run = procs.execute(name);
      Set<Long> pids = TestCluster.awaitLive(bystanders.marker(), 2);
      assertThat(procs.kill(run).runIds()).containsExactly(run);
      assertThat(LivePids.among(pids)).isEmpty();
    }
    Files.delete(go);
    Waiting.until(() -> LivePids.withArgument(churn.toString()).isEmpty());
    assertThat(hits).doesNotExist();
  }

  /** Ends a process, and what keeps its zombie, so that its pid is free again. */
  private static void endWithItsKeepers(long pid, PidNamespace namespace) {
    long parent = ProcessHandle.of(pid).flatMap(ProcessHandle::parent).orElseThrow().pid();
    Signals.send("KILL", pid);
    if (parent != namespace.initPid()) {
      Signals.send("KILL", parent);
    }
    Waiting.until(() -> !Files.exists(Path.of("/proc/" + pid)));
  }
}
