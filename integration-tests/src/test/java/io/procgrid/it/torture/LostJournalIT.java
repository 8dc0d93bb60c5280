package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker loses its journal while runs live: they are never called dead, and they are found. */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1)
class LostJournalIT {
  private final String marker = TestCluster.newMarker();

  @TortureCase(number = 33)
  @Test
  void whatTheLostJournalLeftIsReportedAndKilledWhenItIsAskedFor(TestCluster cluster)
      throws IOException {
    assumeThat(cluster.shownWorker(1).path("containment").asText())
        .as("only leaves lead to it")
        .isEqualTo("cgroup");
    ProcClient procs = cluster.procs();
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    cluster.worker(1).kill();
    WorkerJournal journal = WorkerJournal.of(cluster, 1);
    Files.move(journal.folder(), journal.folder().resolveSibling("lost"));

    cluster.worker(1).start();

    Waiting.until(() -> procs.status(run), state -> state.message().contains("found by worker 2"));
    assertThat(cluster.worker(1).log()).contains("left processes of segments [1-1-0] on this host");
    assertThat(procs.status(run).overall()).isEqualTo("running");
    assertThat(LivePids.among(pids)).isEqualTo(pids);

    assertThat(procs.kill(run).runIds()).containsExactly(run);

    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("killed");
    cluster.worker(1).kill();
    cluster.worker(1).start();
    Waiting.until(() -> cluster.worker(1).log().contains("whose worker is gone"));
  }
}
