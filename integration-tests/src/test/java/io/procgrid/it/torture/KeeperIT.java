package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A run's helper process is killed: never two live copies of the run, never a lost one (K2, K8).
 */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1)
class KeeperIT {
  private static final String REPORT = "nomad#24219";

  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private Path starts;
  private Path stop;

  @BeforeEach
  void paths(TestCluster own) {
    cluster = own;
    starts = own.scratch().resolve("starts");
    stop = own.scratch().resolve("stop");
  }

  /** Starts a run that notes its start, sleeps in the background and exits with 6 when told to. */
  private String start() {
    return cluster
        .procs()
        .run(
            ProcDraft.shell(
                "echo $$ >>%s; sleep %s & while ! [ -e %s ]; do sleep 0.02; done; exit 6"
                    .formatted(starts, marker, stop)));
  }

  private long leader() {
    return LivePids.parentOf(TestCluster.awaitLive(marker, 1).iterator().next());
  }

  private void assertStartedOnce() throws IOException {
    assertThat(Files.readAllLines(starts)).hasSize(1);
    Waiting.until(() -> LivePids.sleeping(marker).isEmpty());
  }

  @TortureCase(number = 2, report = REPORT)
  @Test
  void runWhoseKeeperIsKilledGoesOnAndTellsItsStatus() throws IOException {
    String run = start();
    long leader = leader();
    Keeper.of(leader).kill(leader);
    assertThat(cluster.procs().status(run).overall()).isEqualTo("running");
    assertThat(LivePids.isAlive(leader)).isTrue();
    Files.createFile(stop);
    RunState state = cluster.procs().awaitOver(run);
    assertThat(state.message()).startsWith("exit status 6");
    assertStartedOnce();
  }

  @TortureCase(number = 2, report = REPORT)
  @Test
  void runWhoseKeeperIsKilledDiesByAKill() throws IOException {
    String run = start();
    long leader = leader();
    Keeper.of(leader).kill(leader);
    assertThat(cluster.procs().kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.isAlive(leader)).isFalse();
    assertThat(cluster.procs().status(run).overall()).isEqualTo("killed");
    assertStartedOnce();
  }

  @TortureCase(number = 2, report = REPORT)
  @Test
  void runWhoseKeeperIsKilledWhileTheWorkerIsAwayIsTakenBackAndNeverInvented() throws IOException {
    String run = start();
    long leader = leader();
    cluster.worker(1).kill();
    Keeper.of(leader).kill(leader);
    cluster.startAll();
    assertThat(cluster.procs().awaitRunning(run, 1).overall()).isEqualTo("running");
    assertThat(LivePids.isAlive(leader)).isTrue();
    Files.createFile(stop);
    RunState state = cluster.procs().awaitOver(run);
    assertThat(state.overall()).isEqualTo("error");
    assertThat(state.message()).containsPattern("^exit status (6|lost)");
    assertStartedOnce();
  }

  @TortureCase(number = 2, report = REPORT)
  @Test
  void runThatEndsWithoutKeeperAndWorkerIsLostAndNeverASuccess() throws IOException {
    String run = start();
    long leader = leader();
    cluster.worker(1).kill();
    Keeper.of(leader).kill(leader);
    Files.createFile(stop);
    Waiting.until(() -> LivePids.parentOf(leader) == 0);
    cluster.startAll();
    RunState state = cluster.procs().awaitOver(run);
    assertThat(state.overall()).isEqualTo("error");
    assertThat(state.message()).startsWith("exit status lost");
    assertStartedOnce();
  }

  @Test
  void nothingOfAKeeperOutlivesItsRun() throws IOException {
    String name = cluster.procs().create(ProcDraft.shell("exec sleep " + marker));
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < Torture.times(20, 500); i++) {
      runs.add(cluster.procs().execute(name));
    }
    List<Keeper> keepers =
        TestCluster.awaitLive(marker, runs.size()).stream().map(Keeper::of).toList();
    String ended = cluster.procs().run(ProcDraft.shell("exit 0"));
    cluster.procs().awaitOver(ended);
    cluster.procs().kill(runs.getFirst());
    cluster.worker(1).kill();
    assertThat(keepers).filteredOn(Keeper::isAlive).hasSize(runs.size() - 1);
    cluster.startAll();
    cluster.procs().awaitRunning(runs.getLast(), 1);
    assertThat(cluster.procs().kill("").runIds()).hasSize(runs.size() - 1);
    Waiting.until(() -> keepers.stream().noneMatch(Keeper::isAlive));
    ProcessHandle worker = ProcessHandle.of(cluster.worker(1).pid()).orElseThrow();
    Waiting.until(() -> worker.children().findAny().isEmpty());
  }
}
