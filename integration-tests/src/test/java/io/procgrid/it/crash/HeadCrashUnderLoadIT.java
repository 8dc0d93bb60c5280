package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the head acknowledged is there after it died at any moment. */
@ExtendWith(ClusterExtension.class)
class HeadCrashUnderLoadIT {
  private static final int CLIENTS = 4;
  private static final int CRASHES = 4;
  private static final int MOST_ANSWERS = 120;

  /** Replay with {@code -Dprocgrid.seed=N}. */
  private static final long SEED = Long.getLong("procgrid.seed", System.nanoTime());

  @Test
  @OwnCluster
  void nothingAcknowledgedIsLost(TestCluster cluster) throws Exception {
    Random random = new Random(SEED);
    String marker = TestCluster.newMarker();
    String sleeper = cluster.procs().create(ProcDraft.command("sleep", marker));
    Acknowledged acknowledged = new Acknowledged();
    for (int crash = 0; crash < CRASHES; crash++) {
      int answers = acknowledged.count() + 1 + random.nextInt(MOST_ANSWERS);
      try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
        List<Future<?>> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
          clients.add(
              threads.submit(
                  new LoadClient(cluster.rest(), sleeper, acknowledged, random.nextLong())));
        }
        Waiting.until(() -> acknowledged.count() >= answers);
        cluster.head().kill();
        for (Future<?> client : clients) {
          client.get();
        }
      }
      cluster.startAll();
      assertNothingLost(cluster, acknowledged);
    }
    assertThat(cluster.procs().kill("").pending()).isEmpty();
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  private static void assertNothingLost(TestCluster cluster, Acknowledged acknowledged) {
    JsonNode overall = cluster.procs().statuses("").path("overall_statuses");
    for (String run : acknowledged.runs()) {
      assertThat(overall.has(run)).as("run %s of seed %d", run, SEED).isTrue();
    }
    for (String run : acknowledged.kills()) {
      assertThat(overall.path(run).asText())
          .as("kill of %s, seed %d", run, SEED)
          .isEqualTo("killed");
    }
    for (String entry : acknowledged.entries()) {
      assertThat(overall.path(entry).asText())
          .as("entry %s, seed %d", entry, SEED)
          .isEqualTo("none");
    }
    for (String proc : acknowledged.procs()) {
      assertThat(
              cluster
                  .rest()
                  .call("/has/proc", Map.of("proc_name", proc))
                  .path("proc_exists")
                  .asBoolean())
          .as("proc %s of seed %d", proc, SEED)
          .isTrue();
    }
  }
}
