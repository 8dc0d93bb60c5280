package io.procgrid.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** max_concurrency_per_node. */
@ExtendWith(ClusterExtension.class)
class ConcurrencyLimitIT {
  private ProcClient procs;
  private final String marker = TestCluster.newMarker();

  @BeforeEach
  void client(TestCluster cluster) {
    procs = cluster.procs();
  }

  private String limitedSleeper() {
    return procs.create(
        ProcDraft.command("sleep", marker).distributed().option("max_concurrency_per_node", "1"));
  }

  @Test
  void runAboveTheLimitWaitsAndSaysSo() {
    String name = limitedSleeper();
    procs.execute(name);
    TestCluster.awaitLive(marker, 2);
    String second = procs.execute(name);

    RunState waiting = procs.status(second);
    assertThat(waiting.overall()).isEqualTo("running");
    assertThat(waiting.statuses().values()).allMatch("none"::equals);
    assertThat(LivePids.withArgument(marker)).hasSize(2);
  }

  @Test
  void waitingRunStartsWhenTheOneBeforeIsKilled() {
    String name = limitedSleeper();
    String first = procs.execute(name);
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    String second = procs.execute(name);

    assertThat(procs.kill(first).runIds()).containsExactly(first);

    assertThat(LivePids.among(pids)).isEmpty();
    procs.awaitRunning(second, 2);
    assertThat(TestCluster.awaitLive(marker, 2)).doesNotContainAnyElementsOf(pids);
  }

  @Test
  void waitingRunStartsWhenTheOneBeforeEnds(TestCluster cluster) throws IOException {
    Path go = cluster.scratch().resolve(marker);
    String name =
        procs.create(
            ProcDraft.shell("while ! [ -e %s ]; do sleep 0.02; done".formatted(go))
                .option("max_concurrency_per_node", "1"));
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      runs.add(procs.execute(name));
    }
    // One on each of the two workers.
    Waiting.until(() -> started(runs) == 2);
    Files.createFile(go);
    for (String run : runs) {
      assertThat(procs.awaitOver(run).overall()).isEqualTo("complete");
    }
  }

  private long started(List<String> runs) {
    return runs.stream()
        .filter(run -> procs.status(run).statuses().containsValue("running"))
        .count();
  }

  @Test
  void waitingRunIsKilledWithoutEverStarting() {
    String name = limitedSleeper();
    String first = procs.execute(name);
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    String second = procs.execute(name);

    assertThat(procs.kill(second).runIds()).containsExactly(second);

    assertThat(procs.status(second).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEqualTo(pids);
    procs.kill(first);
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(procs.status(second).overall()).isEqualTo("killed");
  }

  @Test
  void otherProcsDoNotWait() {
    procs.execute(limitedSleeper());
    TestCluster.awaitLive(marker, 2);
    assertThat(procs.awaitOver(procs.run(ProcDraft.shell("echo hi").distributed())).overall())
        .isEqualTo("complete");
  }

  @Test
  void zeroMeansUnlimited() {
    String name =
        procs.create(ProcDraft.command("sleep", marker).option("max_concurrency_per_node", "0"));
    for (int i = 0; i < 6; i++) {
      procs.execute(name);
    }
    TestCluster.awaitLive(marker, 6);
  }

  @Test
  void nondistributedRunThatWaitsHasEmptyInnerMapsAndSaysWhy() {
    String name =
        procs.create(ProcDraft.command("sleep", marker).option("max_concurrency_per_node", "1"));
    procs.execute(name);
    procs.execute(name);
    TestCluster.awaitLive(marker, 2);
    String third = procs.execute(name);

    JsonNode answer = procs.statuses(third);
    for (String map : List.of("statuses", "messages", "results", "output", "timings")) {
      assertThat(answer.path(map).has(third)).as(map).isTrue();
      assertThat(answer.path(map).path(third)).as(map).isEmpty();
    }
    assertThat(answer.path("info").path("waiting").asText()).contains(third);
  }
}
