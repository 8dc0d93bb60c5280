package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cluster that has no worker yet, and how one joins. */
@ExtendWith(ClusterExtension.class)
class NoWorkerIT {

  @Test
  @OwnCluster(workers = 0)
  void runsWaitForAWorkerCanBeKilledMeanwhileAndStartWhenOneJoins(TestCluster cluster) {
    ProcClient procs = cluster.procs();
    for (ProcDraft draft :
        new ProcDraft[] {ProcDraft.shell("echo hi"), ProcDraft.shell("echo hi").distributed()}) {
      String doomed = procs.run(draft);
      RunState waiting = procs.status(doomed);
      assertThat(waiting.overall()).isEqualTo("running");
      assertThat(waiting.statuses()).isEmpty();
      assertThat(waiting.answer().path("info").path("waiting").asText()).contains("worker");

      assertThat(procs.kill(doomed).runIds()).containsExactly(doomed);
      assertThat(procs.status(doomed).overall()).isEqualTo("killed");
    }
    String single = procs.run(ProcDraft.shell("echo hi"));
    String spread = procs.run(ProcDraft.shell("echo hi").distributed());

    cluster.addWorker();

    assertThat(procs.awaitOver(single).stdout()).containsExactly("hi");
    assertThat(procs.awaitOver(spread).statuses()).isEqualTo(Map.of("0", "complete"));
    assertThat(
            procs.statuses("").path("overall_statuses").propertyStream().map(Map.Entry::getValue))
        .hasSize(4)
        .filteredOn(status -> status.asText().equals("killed"))
        .hasSize(2);
  }

  @Test
  @OwnCluster(workers = 1, slots = 2)
  void everySlotOfEveryWorkerHasASegmentAndLaterWorkersJoinLaterRuns(TestCluster cluster) {
    ProcClient procs = cluster.procs();
    String name =
        procs.create(
            ProcDraft.shell(
                    "echo $PROCGRID_SEGMENT_ID $PROCGRID_SEGMENT_NUMBER/$PROCGRID_SEGMENT_COUNT")
                .distributed());
    String before = procs.execute(name);
    assertThat(procs.awaitOver(before).statuses())
        .isEqualTo(Map.of("0", "complete", "1", "complete"));

    cluster.addWorker();

    RunState state = procs.awaitOver(procs.execute(name));
    assertThat(state.statuses().keySet()).containsExactlyInAnyOrder("0", "1", "1000", "1001");
    assertThat(state.overall()).isEqualTo("complete");
    assertThat(state.stdout("0")).containsExactly("0 0/4");
    assertThat(state.stdout("1")).containsExactly("1 1/4");
    assertThat(state.stdout("1000")).containsExactly("1000 2/4");
    assertThat(state.stdout("1001")).containsExactly("1001 3/4");
    assertThat(procs.status(before).statuses()).hasSize(2);
    assertThat(cluster.shownWorker(2).path("slots").asInt()).isEqualTo(2);
  }
}
