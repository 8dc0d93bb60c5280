package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.Daemon;
import io.procgrid.it.DaemonCommand;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker's data folder is copied, and the copy started: two processes claim one identity. */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1)
class CopiedWorkerIT {
  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;
  private @Nullable Daemon copy;

  @BeforeEach
  void client(TestCluster own) {
    cluster = own;
    procs = own.procs();
  }

  @AfterEach
  void endCopy() {
    if (copy != null) {
      copy.kill();
    }
  }

  /** Copies the folder of worker 1 as it is now. */
  private Daemon copyOfTheWorker() throws IOException {
    Path folder = Files.createDirectories(cluster.dataDir().resolve("copy"));
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Folders.copy(cluster.dataDir().resolve("worker-1"), folder.resolve("worker-1"));
    copy =
        new Daemon(
            "copy",
            DaemonCommand.worker(
                temporary,
                List.of(
                    "--data-dir",
                    folder.toString(),
                    "--name",
                    "worker-1",
                    "--head-file",
                    cluster.dataDir().resolve("head.json").toString(),
                    "--secret-file",
                    cluster.dataDir().resolve("cluster.secret").toString())),
            folder.resolve("log"));
    return copy;
  }

  private String addressOfTheWorker() {
    return cluster.shownWorker(1).path("address").asText();
  }

  @Test
  @TortureCase(number = 33)
  void copyIsRefusedWhileTheOriginalLivesWhichGoesOnAsBefore() throws IOException {
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    String address = addressOfTheWorker();
    Daemon second = copyOfTheWorker();

    second.start();

    Waiting.until(() -> second.log().contains("is in use by the worker at " + address));
    assertThat(second.log()).contains("start it on an empty one");
    assertThat(addressOfTheWorker()).isEqualTo(address);
    assertThat(procs.awaitRunning(run, 1).overall()).isEqualTo("running");
    second.kill();
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  @TortureCase(number = 33)
  void copyTakesOverFromAnOriginalThatIsDead() throws IOException {
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    cluster.worker(1).kill();
    Daemon second = copyOfTheWorker();

    second.start();

    Waiting.until(() -> second.log().contains("registered at"));
    cluster.awaitWorkerState(1, "up");
    procs.awaitRunning(run, 1);
    assertThat(LivePids.among(pids)).isEqualTo(pids);
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  @TortureCase(number = 33)
  void copyTakesOverFromAnOriginalThatIsSilentWhichIsRefusedForEver() throws IOException {
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    String address = addressOfTheWorker();
    cluster.worker(1).suspend();
    Daemon second = copyOfTheWorker();

    second.start();

    Waiting.until(() -> second.log().contains("registered at"));
    cluster.awaitWorkerState(1, "up");
    assertThat(addressOfTheWorker()).isNotEqualTo(address);
    cluster.worker(1).resume();
    Waiting.until(() -> cluster.worker(1).log().contains("did not answer and was replaced"));
    assertThat(addressOfTheWorker()).isNotEqualTo(address);
    procs.awaitRunning(run, 1);
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }
}
