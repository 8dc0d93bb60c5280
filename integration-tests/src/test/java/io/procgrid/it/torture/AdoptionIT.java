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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a worker that was killed without warning takes back on its return (K1, K3, K8). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1)
class AdoptionIT {
  private final String marker = TestCluster.newMarker();

  private static void restart(TestCluster cluster) {
    cluster.worker(1).kill();
    cluster.startAll();
  }

  @TortureCase(
      number = 1,
      report = {"nomad#5593", "supervisor#925"})
  @Test
  void adoptedRunGoesOnAndThenDies(TestCluster cluster) {
    String run =
        cluster
            .procs()
            .run(ProcDraft.shell("(setsid sleep %1$s &); exec sleep %1$s".formatted(marker)));
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    restart(cluster);
    assertThat(cluster.procs().awaitRunning(run, 1).overall()).isEqualTo("running");
    assertThat(LivePids.sleeping(marker)).isEqualTo(pids);
    assertThat(cluster.procs().kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(cluster.procs().status(run).overall()).isEqualTo("killed");
  }

  @TortureCase(number = 1)
  @Test
  void everyByteWrittenWhileTheWorkerComesAndGoesIsKept(TestCluster cluster) throws IOException {
    Path stop = cluster.scratch().resolve("stop");
    String run =
        cluster
            .procs()
            .run(
                ProcDraft.shell(
                    "i=0; while ! [ -e %s ]; do i=$((i + 1)); echo $i; sleep 0.005; done; exit 5"
                        .formatted(stop)));
    for (int round = 1; round <= 3; round++) {
      int lines = linesOf(cluster, run) + 20;
      cluster.worker(1).kill();
      cluster.worker(1).start();
      Waiting.until(() -> linesOf(cluster, run) > lines);
    }
    // The file itself, while the worker still has it: what is shown of it is only its end.
    String written = outputOf(cluster, run);
    assertThat(written).isEqualTo(numbered(1, written.lines().count()));

    Files.createFile(stop);
    RunState state = cluster.procs().awaitOver(run);
    assertThat(state.message()).isEqualTo("exit status 5");
    String shown = String.join("\n", state.stdout()) + "\n";
    long first = Long.parseLong(state.stdout().getFirst());
    assertThat(shown).isEqualTo(numbered(first, first + state.stdout().size() - 1));
  }

  private static String numbered(long first, long last) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(number -> number + "\n")
        .collect(Collectors.joining());
  }

  private static int linesOf(TestCluster cluster, String run) throws IOException {
    return (int) outputOf(cluster, run).lines().count();
  }

  private static String outputOf(TestCluster cluster, String run) throws IOException {
    try (Stream<Path> paths = Files.walk(cluster.dataDir())) {
      Path file =
          paths
              .filter(path -> path.endsWith(Path.of("journal", run + "-1-0", "stdout")))
              .findFirst()
              .orElse(null);
      return file == null ? "" : Files.readString(file);
    }
  }

  @TortureCase(number = 1)
  @OwnCluster(workers = 1, containment = "cgroup")
  @Test
  void runInACgroupThatEndsWhileTheWorkerIsAwayTellsItsTrueEnd(TestCluster cluster) {
    endsWhileAway(cluster);
  }

  @TortureCase(number = 1)
  @OwnCluster(workers = 1, containment = "namespace")
  @Test
  void runInANamespaceThatEndsWhileTheWorkerIsAwayTellsItsTrueEnd(TestCluster cluster) {
    endsWhileAway(cluster);
  }

  @TortureCase(number = 1)
  @OwnCluster(workers = 1, containment = "session")
  @Test
  void runInASessionThatEndsWhileTheWorkerIsAwayTellsItsTrueEnd(TestCluster cluster) {
    endsWhileAway(cluster);
  }

  private void endsWhileAway(TestCluster cluster) {
    HeldEnds ends = new HeldEnds(cluster, marker);
    ends.startEach();
    cluster.worker(1).kill();
    ends.end();
    cluster.startAll();
    ends.assertTold();
  }

  @Test
  void runThatEndsWhileTheWorkerHangsTellsItsTrueEnd(TestCluster cluster) {
    HeldEnds ends = new HeldEnds(cluster, marker);
    ends.startEach();
    cluster.worker(1).suspend();
    ends.end();
    cluster.worker(1).resume();
    ends.assertTold();
  }

  @Test
  void endSurvivesAWorkerThatDiesAgainAndAgainWhileItTakesRunsBack(TestCluster cluster) {
    HeldEnds ends = new HeldEnds(cluster, marker);
    ends.startEach();
    cluster.worker(1).kill();
    ends.end();
    for (int round = 0; round < 5; round++) {
      cluster.worker(1).start();
      // At another moment each time: how many of them it knows of by then is anybody's guess.
      int known = round;
      Waiting.until(() -> ends.told() >= known);
      cluster.worker(1).kill();
    }
    cluster.startAll();
    ends.assertTold();
  }

  /**
   * On three workers: for 10,000 processes one would need more open files than many hosts allow.
   */
  @TortureCase(number = 20, report = "nomad#309")
  @OwnCluster(workers = 3)
  @Test
  void allThatExitAtOnceTellTheirOwnStatus(TestCluster cluster) {
    HeldEnds ends = new HeldEnds(cluster, marker);
    ends.startMany(Torture.times(200, 10_000));
    ends.end();
    ends.assertTold();
  }

  @TortureCase(number = 20)
  @Test
  void allThatExitAtOnceWhileTheWorkerIsAwayTellTheirOwnStatus(TestCluster cluster) {
    HeldEnds ends = new HeldEnds(cluster, marker);
    ends.startMany(Torture.times(100, 1_000));
    cluster.worker(1).kill();
    ends.end();
    cluster.startAll();
    ends.assertTold();
  }
}
