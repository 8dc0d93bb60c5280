package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.KillAnswer;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import io.procgrid.it.torture.TortureCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker dies, is stopped or hangs, and comes back (K2, K3, K6). */
@ExtendWith(ClusterExtension.class)
@OwnCluster
class WorkerCrashIT {
  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster own) {
    cluster = own;
    procs = own.procs();
  }

  private String distributedSleeper() {
    return procs.run(ProcDraft.command("sleep", marker).distributed());
  }

  @TortureCase(
      number = 1,
      report = {"nomad#5593", "supervisor#925"})
  @Test
  void runIsAdoptedByTheRestartedWorkerAndThenDies() {
    String run = distributedSleeper();
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    cluster.worker(2).kill();
    cluster.awaitWorkerState(2, "down");
    cluster.worker(2).start();
    cluster.awaitWorkersUp();

    assertThat(procs.awaitRunning(run, 2).overall()).isEqualTo("running");
    assertThat(LivePids.withArgument(marker)).isEqualTo(pids);
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("killed");
  }

  @Test
  void terminatedWorkerLeavesItsProcs() {
    String run = distributedSleeper();
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    assertThat(cluster.worker(2).terminate()).isIn(0, 143);
    assertThat(LivePids.among(pids)).isEqualTo(pids);
    cluster.startAll();
    assertThat(procs.awaitRunning(run, 2).overall()).isEqualTo("running");
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @TortureCase(number = 11, report = "nomad#12680")
  @Test
  void killWhileTheWorkerIsAwayIsAnsweredInTimeNamesWhatIsPendingAndIsDoneOnItsReturn() {
    String run = distributedSleeper();
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    cluster.worker(2).kill();
    cluster.awaitWorkerState(2, "down");

    KillAnswer answer = procs.kill(run);

    assertThat(answer.runIds()).isEmpty();
    assertThat(answer.pending()).containsOnlyKeys(run);
    assertThat(answer.pending().get(run)).contains("worker 2");
    assertThat(LivePids.among(pids)).hasSize(1);
    assertThat(procs.status(run).overall()).isEqualTo("running");
    assertThat(cluster.shownWorker(2).path("pending_kills").asInt()).isEqualTo(1);

    cluster.startAll();

    assertThat(procs.awaitOver(run).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(cluster.shownWorker(2).path("pending_kills").asInt()).isZero();
  }

  @Test
  void deleteWhileTheWorkerIsAwayFreesTheNameAndTheKillIsDoneOnItsReturn() {
    ProcDraft sleeper = ProcDraft.command("sleep", marker).distributed();
    String name = procs.create(sleeper);
    String run = procs.execute(name);
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    cluster.worker(2).kill();
    cluster.awaitWorkerState(2, "down");

    JsonNode info = cluster.rest().call("/delete/proc", Map.of("proc_name", name)).path("info");

    assertThat(info.path("pending_run_ids").asText()).isEqualTo(run);
    assertThat(info.path("pending_reason").asText()).contains("worker 2");
    cluster.rest().call("/create/proc", sleeper.request(name));
    cluster.startAll();
    assertThat(procs.awaitOver(run).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @TortureCase(
      number = 14,
      report = {"containerd#2438", "rust-extensions#425"})
  @Test
  void hungWorkerDelaysNoKillOfOthersAndItsOwnIsPendingInTime() {
    String name = procs.create(ProcDraft.command("sleep", marker));
    String onFirst = procs.execute(name);
    procs.awaitRunning(onFirst, 1);
    String onSecond = procs.execute(name);
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    cluster.worker(2).suspend();
    try {
      assertThat(procs.kill(onFirst).runIds()).containsExactly(onFirst);
      assertThat(LivePids.withArgument(marker)).hasSize(1);
      JsonNode listed = procs.statuses("").path("overall_statuses");
      assertThat(listed.path(onFirst).asText()).isEqualTo("killed");
      assertThat(listed.path(onSecond).asText()).isEqualTo("running");

      KillAnswer answer = procs.kill("", "answer_timeout_ms", "1500");

      assertThat(answer.runIds()).isEmpty();
      assertThat(answer.pending()).containsOnlyKeys(onSecond);
      assertThat(answer.pending().get(onSecond)).contains("worker 2");
    } finally {
      cluster.worker(2).resume();
    }
    assertThat(procs.awaitOver(onSecond).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  void hungWorkerIsNoticedAndComesBack() {
    cluster.worker(2).suspend();
    cluster.awaitWorkerState(2, "down");
    String run = procs.run(ProcDraft.shell("echo alone"));
    assertThat(procs.awaitOver(run).stdout()).containsExactly("alone");
    cluster.worker(2).resume();
    cluster.awaitWorkersUp();
    assertThat(procs.awaitOver(procs.run(ProcDraft.shell("exit 0").distributed())).statuses())
        .hasSize(2);
  }

  @Test
  void killWhileWorkerAndHeadAreAwayIsKeptByTheHead() {
    String run = distributedSleeper();
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    cluster.worker(2).kill();
    cluster.awaitWorkerState(2, "down");
    procs.kill(run);
    cluster.head().kill();
    cluster.startAll();
    assertThat(procs.awaitOver(run).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  void runThatEndedWhileTheWorkerWasAwayIsNeverToldAsSuccessUnlessItWas() throws IOException {
    Path go = cluster.scratch().resolve(marker);
    String run =
        procs.run(
            ProcDraft.shell(
                    "while ! [ -e %s ]; do sleep 0.02; done; echo bye; exit 9".formatted(go))
                .distributed());
    procs.awaitRunning(run, 2);
    cluster.worker(2).kill();
    Files.createFile(go);
    Waiting.until(() -> LivePids.touching(cluster.dataDir()).size() == 2);
    cluster.startAll();

    RunState state = procs.awaitOver(run);
    assertThat(state.overall()).isEqualTo("error");
    assertThat(state.message("0")).contains("exit status 9");
    assertThat(state.message("1000")).containsPattern("exit status (9|unknown|lost)");
    assertThat(state.stdout("1000")).containsExactly("bye");
  }

  @Test
  void distributedRunOfAClusterWithAWorkerAwayUsesTheOthers() {
    cluster.worker(2).kill();
    cluster.awaitWorkerState(2, "down");
    RunState state = procs.awaitOver(procs.run(ProcDraft.shell("echo hi").distributed()));
    assertThat(state.statuses().keySet()).containsExactly("0");
  }

  @Test
  void outputOfARunOnAWorkerThatIsAwayIsEmptyNotAnError() {
    String run = procs.run(ProcDraft.shell("echo x; exec sleep " + marker).distributed());
    TestCluster.awaitLive(marker, 2);
    cluster.worker(2).kill();
    cluster.awaitWorkerState(2, "down");
    RunState state = procs.status(run);
    assertThat(state.stdout("0")).containsExactly("x");
    assertThat(state.stdout("1000")).isEmpty();
    assertThat(state.overall()).isEqualTo("running");
  }

  @Test
  void workerThatIsKilledAgainAndAgainWhileRunsStartAndAreKilledLosesNone() {
    String name = procs.create(ProcDraft.command("sleep", marker).distributed());
    for (int round = 0; round < 3; round++) {
      String kept = procs.execute(name, "run_tag", "kept");
      String killed = procs.execute(name, "run_tag", "killed");
      cluster.worker(1).kill();
      procs.kill(killed, "answer_timeout_ms", "100");
      cluster.startAll();
      assertThat(procs.awaitOver(killed).overall()).isEqualTo("killed");
      procs.awaitRunning(kept, 2);
      TestCluster.awaitLive(marker, 2);
      assertThat(procs.kill("").pending()).isEmpty();
      assertThat(LivePids.withArgument(marker)).isEmpty();
    }
  }
}
