package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import io.procgrid.it.torture.TortureCase;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Auto-start entries over crashes and ordered stops (R14). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(head = {"--cluster-start-wait-ms", "86400000"})
class AutoStartIT {
  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;
  private String name;
  private String entry;

  @BeforeEach
  void entry(TestCluster own) {
    cluster = own;
    procs = own.procs();
    name = procs.create(ProcDraft.command("sleep", marker).distributed());
    entry = procs.execute(name, "execute_at_startup", "true", "run_tag", "boot");
  }

  private void crash() {
    cluster.head().kill();
    cluster.startAll();
  }

  private void orderedRestart() {
    cluster.stopDaemons();
    cluster.startAll();
  }

  @TortureCase(number = 37)
  @Test
  void entryRunsUnderItsIdAtEachOrderedStartAndNeverAfterACrash() {
    crash();
    assertThat(procs.status(entry).overall()).isEqualTo("none");

    orderedRestart();
    Set<Long> first = TestCluster.awaitLive(marker, 2);
    assertThat(procs.awaitRunning(entry, 2).overall()).isEqualTo("running");
    assertThat(procs.status(entry, "run_tag", "boot").overall()).isEqualTo("running");

    // Killed: it stays dead over a crash, yet keeps its entry for the next ordered start.
    assertThat(procs.kill(entry).runIds()).containsExactly(entry);
    assertThat(LivePids.among(first)).isEmpty();
    assertThat(procs.autoStarts(name).has(entry)).isTrue();
    crash();
    assertThat(procs.status(entry).overall()).isEqualTo("killed");
    assertThat(LivePids.withArgument(marker)).isEmpty();

    orderedRestart();
    TestCluster.awaitLive(marker, 2);
    assertThat(procs.awaitRunning(entry, 2).overall()).isEqualTo("running");
  }

  @Test
  void entryWhoseLastIncarnationStillRunsIsNotStartedAgain() {
    orderedRestart();
    Set<Long> first = TestCluster.awaitLive(marker, 2);
    orderedRestart();
    assertThat(procs.awaitRunning(entry, 2).overall()).isEqualTo("running");
    assertThat(LivePids.withArgument(marker)).isEqualTo(first);
  }

  @Test
  @OwnCluster(head = {"--cluster-start-wait-ms", "1500"})
  void entryStartsWithoutAWorkerThatDoesNotComeBackInTime() {
    cluster.stopDaemons();
    cluster.startHead();
    cluster.worker(1).start();
    TestCluster.awaitLive(marker, 1);
    assertThat(procs.awaitRunning(entry, 1).statuses().keySet()).containsExactly("0");
  }

  @Test
  void entryWaitsForEveryWorkerThatDidNotLeaveInOrder() {
    cluster.stopDaemons();
    cluster.startHead();
    cluster.worker(1).start();
    cluster.awaitWorkerState(1, "up");
    assertThat(procs.status(entry).overall()).isEqualTo("none");
    String waiting = procs.execute(name);
    assertThat(procs.status(waiting).answer().path("info").path("waiting").asText())
        .contains(waiting);
    assertThat(LivePids.withArgument(marker)).isEmpty();

    cluster.worker(2).start();
    TestCluster.awaitLive(marker, 4);
    assertThat(procs.awaitRunning(entry, 2).statuses()).hasSize(2);
  }

  @Test
  void workerThatLeftInOrderIsNotWaitedFor() {
    cluster.worker(2).terminate();
    cluster.awaitWorkerState(2, "down");
    cluster.head().terminate();
    cluster.worker(1).terminate();
    cluster.startHead();
    cluster.worker(1).start();
    TestCluster.awaitLive(marker, 1);
    assertThat(procs.awaitRunning(entry, 1).statuses().keySet()).containsExactly("0");
  }

  @Test
  void clearRemovesAnEntryThatDoesNotRun() {
    assertThat(procs.kill(entry, "clear_execute_at_startup", "true").runIds()).isEmpty();
    assertThat(procs.autoStarts(name)).isEmpty();
    assertThat(procs.status(entry).overall()).isEmpty();
    orderedRestart();
    // A run that comes later proves that starts happen.
    procs.awaitOver(procs.run(ProcDraft.shell("exit 0").distributed()));
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  @Test
  void clearKillsTheRunningIncarnationAndRemovesItsEntry() {
    orderedRestart();
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    assertThat(procs.kill(entry, "clear_execute_at_startup", "true").runIds())
        .containsExactly(entry);
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(procs.autoStarts(name)).isEmpty();
    assertThat(procs.status(entry).overall()).isEqualTo("killed");
    orderedRestart();
    procs.awaitOver(procs.run(ProcDraft.shell("exit 0").distributed()));
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }
}
