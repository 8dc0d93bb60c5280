package io.procgrid.it.torture;

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
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A worker is given up with its runs, and comes back (R9). */
@ExtendWith(ClusterExtension.class)
@OwnCluster
class ForgottenWorkerIT {
  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster own) {
    cluster = own;
    procs = own.procs();
  }

  private JsonNode forget(String worker) {
    return cluster.rest().call("/forget/worker", Map.of("worker", worker, "options", Map.of()));
  }

  private String errorOfForgetting(String worker) {
    return cluster.rest().error("/forget/worker", Map.of("worker", worker, "options", Map.of()));
  }

  @Test
  @TortureCase(number = 12, report = "gobblin#2940")
  void runsOfAForgottenWorkerAreAbandonedNeverKilledAndEndedOnItsReturn() {
    String run = procs.run(ProcDraft.command("sleep", marker).distributed());
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    cluster.worker(2).kill();
    cluster.awaitWorkerState(2, "down");

    JsonNode forgotten = forget("2");

    assertThat(forgotten.path("worker").asText()).isEqualTo("2");
    assertThat(forgotten.path("run_ids")).extracting(JsonNode::asText).containsExactly(run);
    RunState abandoned = procs.status(run);
    assertThat(abandoned.statuses()).containsEntry("1000", "error").containsEntry("0", "running");
    assertThat(abandoned.message("1000"))
        .startsWith("abandoned: worker 2")
        .contains("may live on host");
    assertThat(cluster.shownWorker(2).path("state").asText()).isEqualTo("forgotten");

    KillAnswer killed = procs.kill(run);

    assertThat(killed.runIds()).isEmpty();
    assertThat(killed.pending()).isEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("error");
    assertThat(LivePids.among(pids)).hasSize(1);

    cluster.worker(2).start();

    Waiting.until(() -> LivePids.among(pids).isEmpty());
    Waiting.until(() -> cluster.worker(2).log().contains("was forgotten by /forget/worker"));
    RunState alone = procs.awaitOver(procs.run(ProcDraft.shell("echo x").distributed()));
    assertThat(alone.statuses()).containsOnlyKeys("0");
    assertThat(procs.status(run).overall()).isEqualTo("error");
    assertThat(procs.status(run).message("1000")).startsWith("abandoned");
  }

  @Test
  void forgottenStaysForgottenAcrossARestartOfTheHead() {
    String run = procs.run(ProcDraft.command("sleep", marker).distributed());
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    cluster.worker(2).kill();
    cluster.awaitWorkerState(2, "down");
    forget(cluster.shownWorker(2).path("id").asText());
    cluster.head().kill();
    cluster.startHead();
    cluster.awaitWorkerState(1, "up");
    cluster.worker(2).start();

    Waiting.until(() -> LivePids.among(pids).size() == 1);
    assertThat(procs.status(run).statuses())
        .containsEntry("1000", "error")
        .containsEntry("0", "running");
    procs.kill(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  void workerThatIsUpOrUnknownIsNotForgotten() {
    assertThat(errorOfForgetting("1")).contains("worker 1").contains("is up").contains("stop it");
    assertThat(errorOfForgetting("9")).contains("'9'").contains("worker 1").contains("worker 2");
    assertThat(cluster.shownWorker(1).path("state").asText()).isEqualTo("up");
  }
}
