package io.procgrid.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.Daemon;
import io.procgrid.it.DaemonCommand;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.RestReply;
import io.procgrid.it.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The files in the data directory, and who may use it. */
@ExtendWith(ClusterExtension.class)
class DaemonFilesIT {
  @TempDir Path folder;

  @Test
  void filesTellWhereTheDaemonsAre(TestCluster cluster) throws IOException {
    JsonNode head = json(cluster, "head.json");
    assertThat(head.path("pid").asLong()).isEqualTo(cluster.head().pid());
    assertThat(head.path("url").asText()).isEqualTo(cluster.rest().base().toString());
    assertThat(head.path("port").asInt()).isEqualTo(cluster.rest().base().getPort());
    assertThat(head.path("grpc").asText()).startsWith("127.0.0.1:");
    assertThat(head.path("cluster_id").asText()).isNotEmpty();
    for (int number = 1; number <= 2; number++) {
      JsonNode worker = json(cluster, "worker-%d.json".formatted(number));
      assertThat(worker.path("pid").asLong()).isEqualTo(cluster.worker(number).pid());
      assertThat(worker.path("grpc").asText()).startsWith("127.0.0.1:");
      assertThat(worker.path("identity").asText())
          .isEqualTo(cluster.shownWorker(number).path("id").asText());
      assertThat(worker.path("cluster_id").asText()).isEqualTo(head.path("cluster_id").asText());
    }
  }

  @Test
  void pidFilesNameTheJvmsThemselvesWithTheirStartTime(TestCluster cluster) throws IOException {
    for (Daemon daemon : List.of(cluster.head(), cluster.worker(1), cluster.worker(2))) {
      Path data = cluster.dataDir();
      String pid = Files.readString(data.resolve(daemon.name() + ".pid")).strip();
      assertThat(pid).isEqualTo(Long.toString(daemon.pid()));
      String stat = Files.readString(Path.of("/proc", pid, "stat"));
      String start = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[22 - 3];
      assertThat(Files.readString(data.resolve(daemon.name() + ".start")).strip()).isEqualTo(start);
    }
  }

  @Test
  void secretIsForTheOwnerOnly(TestCluster cluster) throws IOException {
    Path secret = cluster.dataDir().resolve("cluster.secret");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
  }

  @Test
  void secondHeadOnTheSameDataDirectoryIsRefused(TestCluster cluster) {
    Daemon second =
        new Daemon(
            "second head",
            DaemonCommand.head(
                folder, List.of("--data-dir", cluster.dataDir().toString(), "--port", "0")),
            folder.resolve("log"));
    second.start();
    assertThat(second.awaitExit()).isEqualTo(1);
    assertThat(second.log()).contains("head.lock");
    assertThat(cluster.shownWorkers()).hasSize(2);
  }

  @Test
  void secondWorkerOfTheSameNameIsRefused(TestCluster cluster) {
    Daemon second =
        new Daemon(
            "second worker",
            DaemonCommand.worker(
                folder,
                List.of(
                    "--data-dir", cluster.dataDir().toString(),
                    "--name", "worker-1",
                    "--head-file", cluster.dataDir().resolve("head.json").toString())),
            folder.resolve("log"));
    second.start();
    assertThat(second.awaitExit()).isEqualTo(1);
    assertThat(second.log()).contains("worker-1.lock");
    assertThat(cluster.shownWorkers()).hasSize(2);
  }

  @Test
  @OwnCluster
  void orderedStopRemovesTheHeadsAddressAndEndsWithZero(TestCluster cluster) {
    assertThat(cluster.head().terminate()).isIn(0, 143);
    assertThat(cluster.dataDir().resolve("head.json")).doesNotExist();
  }

  private static JsonNode json(TestCluster cluster, String file) throws IOException {
    return RestReply.parse(Files.readString(cluster.dataDir().resolve(file)));
  }
}
