package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.KillAnswer;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The head's store is restored from a backup while procs run that it does not know (R10). */
@ExtendWith(ClusterExtension.class)
@OwnCluster
class RestoredStoreIT {
  private final String before = TestCluster.newMarker();
  private final String after = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster own) {
    cluster = own;
    procs = own.procs();
  }

  /** A backup of now, with workers and procs running on. */
  private StoreBackup backup() {
    cluster.head().terminate();
    StoreBackup backup = StoreBackup.of(cluster);
    cluster.startAll();
    return backup;
  }

  private void restore(StoreBackup backup) {
    cluster.head().kill();
    backup.restore();
    cluster.startAll();
  }

  @Test
  @TortureCase(number = 36)
  void nothingThatRunsIsKilledByItselfAllIsListedAndKillableAndNoRunIdIsUsedTwice() {
    String known = procs.run(ProcDraft.command("sleep", before));
    Set<Long> knownPids = TestCluster.awaitLive(before, 1);
    StoreBackup backup = backup();
    String unknown = procs.run(ProcDraft.command("sleep", after).distributed());
    Set<Long> unknownPids = TestCluster.awaitLive(after, 2);
    procs.awaitRunning(unknown, 2);
    String finished = procs.run(ProcDraft.shell("exit 0"));
    procs.awaitOver(finished);

    restore(backup);

    RunState recovered = procs.awaitRunning(unknown, 2);
    assertThat(recovered.message("0")).contains("recovered from the journal of worker 1");
    assertThat(recovered.message("1000")).contains("recovered from the journal of worker 2");
    assertThat(procs.status(known).overall()).isEqualTo("running");
    assertThat(LivePids.among(knownPids)).isEqualTo(knownPids);
    assertThat(LivePids.among(unknownPids)).isEqualTo(unknownPids);
    String next = procs.run(ProcDraft.shell("exit 0"));
    assertThat(Long.parseLong(next)).isGreaterThan(Long.parseLong(finished));
    assertThat(procs.awaitOver(next).overall()).isEqualTo("complete");

    cluster.head().kill();
    cluster.worker(2).kill();
    cluster.startAll();

    procs.awaitRunning(unknown, 2);
    assertThat(LivePids.among(unknownPids)).isEqualTo(unknownPids);
    KillAnswer answer = procs.kill("");
    assertThat(answer.runIds()).containsExactlyInAnyOrder(known, unknown);
    assertThat(answer.pending()).isEmpty();
    assertThat(LivePids.among(knownPids)).isEmpty();
    assertThat(LivePids.among(unknownPids)).isEmpty();
    assertThat(procs.status(unknown).overall()).isEqualTo("killed");
  }

  @Test
  @TortureCase(number = 36)
  void runThatWaitedAtTheTimeOfTheBackupIsNotStartedTwice() {
    cluster.worker(1).kill();
    cluster.worker(2).kill();
    String run = procs.run(ProcDraft.command("sleep", before));
    cluster.head().terminate();
    StoreBackup backup = StoreBackup.of(cluster);
    cluster.startAll();
    Set<Long> pids = TestCluster.awaitLive(before, 1);

    restore(backup);

    procs.awaitRunning(run, 1);
    assertThat(LivePids.sleeping(before)).isEqualTo(pids);
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  @TortureCase(number = 36)
  void runThatWasKilledAfterTheBackupDoesNotRunAgain() {
    Path begun = cluster.scratch().resolve("begun");
    String run =
        procs.run(ProcDraft.shell("echo begun >>%s; exec sleep %s".formatted(begun, before)));
    Set<Long> pids = TestCluster.awaitLive(before, 1);
    StoreBackup backup = backup();
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    for (int worker = 1; worker <= 2; worker++) {
      WorkerJournal journal = WorkerJournal.of(cluster, worker);
      Waiting.until(() -> journal.segments().isEmpty());
    }

    restore(backup);

    RunState state = procs.awaitOver(run);
    assertThat(state.overall()).isEqualTo("error");
    assertThat(state.message()).startsWith("exit status lost: the store was restored");
    assertThat(procs.kill("").pending()).isEmpty();
    assertThat(LivePids.sleeping(before)).isEmpty();
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(begun).hasContent("begun");
  }
}
