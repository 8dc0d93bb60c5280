package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import io.procgrid.it.torture.TortureCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The head dies by SIGKILL and comes back on its store (K3, R1, R14). */
@ExtendWith(ClusterExtension.class)
@OwnCluster
class HeadCrashIT {
  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster own) {
    cluster = own;
    procs = own.procs();
  }

  @Test
  void runningProcsAreTakenOverAndCanBeKilled() {
    String run = procs.run(ProcDraft.command("sleep", marker).distributed(), "run_tag", "t");
    Set<Long> pids = TestCluster.awaitLive(marker, 2);

    cluster.head().kill();
    cluster.startAll();

    assertThat(procs.awaitRunning(run, 2).overall()).isEqualTo("running");
    assertThat(LivePids.withArgument(marker)).isEqualTo(pids);
    assertThat(procs.kill("", "run_tag", "t").runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  void resultsProcsAndRunIdsAreKept() {
    String name = procs.create(ProcDraft.shell("echo $PROCGRID_PARAM_A; exit 3"));
    String run = procs.executeWith(name, Map.of("a", "kept"));
    procs.awaitOver(run);
    procs.statuses(procs.run(ProcDraft.shell("exit 0")), "wait_ms", "10000");
    String last = procs.execute(name);
    procs.awaitOver(last);
    procs.statuses(last, "clear_complete", "true");

    cluster.head().kill();
    cluster.startAll();

    assertThat(procs.status(run).overall()).isEqualTo("error");
    assertThat(procs.status(run).stdout()).containsExactly("kept");
    assertThat(procs.status(run).message()).contains("exit status 3");
    assertThat(procs.status(last).overall()).isEmpty();
    assertThat(Long.parseLong(procs.execute(name))).isGreaterThan(Long.parseLong(last));
  }

  @Test
  void runThatEndedWhileTheHeadWasAwayKeepsItsTrueResult(TestCluster own) throws IOException {
    Path go = own.scratch().resolve(marker);
    String run =
        procs.run(
            ProcDraft.shell(
                    "while ! [ -e %s ]; do sleep 0.02; done; echo bye; exit 9".formatted(go))
                .distributed());
    procs.awaitRunning(run, 2);
    cluster.head().kill();
    Files.createFile(go);
    Waiting.until(() -> LivePids.touching(own.dataDir()).size() == 2);
    cluster.startAll();

    assertThat(procs.awaitOver(run).overall()).isEqualTo("error");
    assertThat(procs.status(run).message("1000")).contains("exit status 9");
    assertThat(procs.status(run).stdout("1000")).containsExactly("bye");
  }

  /** The call may or may not have been accepted when the head dies; asked again, it finishes. */
  @TortureCase(number = 24)
  @Test
  void sameKillFinishesTheJobAfterTheHeadDiedInTheMiddleOfIt() {
    String name = procs.create(ProcDraft.command("sleep", marker).distributed());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++) {
          procs.execute(name, "run_tag", "t");
        }
        TestCluster.awaitLive(marker, 10);
        CompletableFuture<Void> first =
            CompletableFuture.runAsync(() -> procs.kill("", "run_tag", "t"), threads)
                .exceptionally(failure -> null);
        Waiting.until(() -> LivePids.withArgument(marker).size() < 10);
        cluster.head().kill();
        first.join();
        cluster.startAll();

        assertThat(procs.kill("", "run_tag", "t").pending()).isEmpty();
        assertThat(LivePids.withArgument(marker)).isEmpty();
      }
    }
    procs
        .statuses("", "run_tag", "t")
        .path("overall_statuses")
        .forEach(status -> assertThat(status.asText()).isEqualTo("killed"));
  }

  @Test
  void killedRunNeverStartsAgain() {
    String run = procs.run(ProcDraft.command("sleep", marker).distributed());
    TestCluster.awaitLive(marker, 2);
    procs.kill(run);
    for (int i = 0; i < 2; i++) {
      cluster.head().kill();
      cluster.startAll();
      procs.awaitOver(procs.run(ProcDraft.shell("exit 0").distributed()));
      assertThat(LivePids.withArgument(marker)).isEmpty();
      assertThat(procs.status(run).overall()).isEqualTo("killed");
    }
  }

  @Test
  void runsThatWaitedForTheirTurnStillGetIt() throws IOException {
    Path go = cluster.scratch().resolve(marker);
    String name =
        procs.create(
            ProcDraft.shell("while ! [ -e %s ]; do sleep 0.02; done".formatted(go))
                .distributed()
                .option("max_concurrency_per_node", "1"));
    String first = procs.execute(name);
    procs.awaitRunning(first, 2);
    String second = procs.execute(name);

    cluster.head().kill();
    cluster.startAll();
    assertThat(procs.status(second).overall()).isEqualTo("running");
    assertThat(procs.status(second).statuses().values()).doesNotContain("running");
    Files.createFile(go);

    assertThat(procs.awaitOver(first).overall()).isEqualTo("complete");
    assertThat(procs.awaitOver(second).overall()).isEqualTo("complete");
  }
}
