package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A worker comes back to a journal that is damaged: nothing is guessed, and no process is lost by
 * it (K2, K8).
 */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1)
class JournalDamageIT {
  private static final int START_FAILED = 1;

  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;
  private WorkerJournal journal;

  /** Damages the folder of a segment. */
  private interface Damage {
    void to(Path segment) throws IOException;
  }

  @BeforeEach
  void client(TestCluster own) {
    cluster = own;
    procs = own.procs();
    journal = WorkerJournal.of(own, 1);
  }

  private String runningWith(Damage damage) throws IOException {
    String run =
        procs.run(
            ProcDraft.shell(
                "echo hello; setsid sleep %s & exec sleep %s".formatted(marker, marker)));
    TestCluster.awaitLive(marker, 2);
    cluster.worker(1).kill();
    damage.to(journal.running());
    return run;
  }

  private void assertFoundKilledAndReported(String run, String damage) throws IOException {
    RunState over = procs.awaitOver(run);
    assertThat(over.overall()).isEqualTo("error");
    assertThat(over.message()).contains("exit status lost", damage, "found and killed");
    assertThat(over.stdout()).containsExactly("hello");
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(cluster.worker(1).log()).contains("set aside in");
    assertThat(journal.folder().resolve("set-aside")).isNotEmptyDirectory();
    assertThat(procs.kill("").pending()).isEmpty();
  }

  @Test
  void processesOfATornRecordAreFoundKilledAndReported() throws IOException {
    String run =
        runningWith(
            segment -> WorkerJournal.damage(segment, WorkerJournal.SLOT + 20, new byte[] {7, 7}));
    cluster.startAll();

    assertFoundKilledAndReported(run, "damaged at its PROCESS");
  }

  @Test
  void processesOfARecordOfGarbageAreFoundKilledAndReported() throws IOException {
    byte[] garbage = new byte[4 * WorkerJournal.SLOT];
    new Random(1).nextBytes(garbage);
    String run = runningWith(segment -> WorkerJournal.damage(segment, 0, garbage));
    cluster.startAll();

    // Of garbage nobody can say that it is no tombstone: it is carried out.
    RunState over = procs.awaitOver(run);
    assertThat(over.overall()).isEqualTo("killed");
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(cluster.worker(1).log()).contains("set aside in");
  }

  @Test
  void processesOfASegmentWithoutASpecAreFoundKilledAndReported() throws IOException {
    String run = runningWith(segment -> Files.delete(segment.resolve("spec.json")));
    cluster.startAll();

    assertFoundKilledAndReported(run, "spec is missing");
  }

  @Test
  void killOrderedWhileTheRecordWasDamagedIsThatKill() throws IOException {
    String run =
        runningWith(segment -> WorkerJournal.damage(segment, WorkerJournal.SLOT, new byte[100]));
    cluster.awaitWorkerState(1, "down");
    procs.kill(run, "answer_timeout_ms", "100");
    cluster.startAll();

    assertThat(procs.awaitOver(run).overall()).isIn("killed", "error");
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(procs.kill("").pending()).isEmpty();
  }

  @Test
  void segmentWhoseEntryIsGoneIsFoundByItsLeaf() throws IOException {
    assumeThat(cluster.shownWorker(1).path("containment").asText())
        .as("only leaves lead to it")
        .isEqualTo("cgroup");
    String run = runningWith(WorkerJournal::remove);
    cluster.startAll();

    RunState over = procs.awaitOver(run);
    assertThat(over.overall()).isEqualTo("error");
    assertThat(over.message()).contains("journal entry is missing", "found and killed");
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  @Test
  void journalOfANewerVersionIsRefusedAndLeftAsItIs() throws IOException {
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    cluster.worker(1).kill();
    String state = Files.readString(journal.state());
    Files.writeString(journal.state(), newer(state));
    String refused = Files.readString(journal.state());

    cluster.worker(1).start();

    assertThat(cluster.worker(1).awaitExit()).isEqualTo(START_FAILED);
    assertThat(cluster.worker(1).log())
        .contains(
            journal.state().toString(), "format 99", "reads up to", "start the newer version");
    assertThat(LivePids.among(pids)).isEqualTo(pids);
    assertThat(journal.state()).hasContent(refused);

    Files.writeString(journal.state(), state);
    cluster.startAll();
    assertThat(procs.kill(run).runIds()).containsExactly(run);
  }

  private static String newer(String state) {
    String json =
        state.lines().findFirst().orElseThrow().replaceFirst("\"format\":\\d+", "\"format\":99");
    CRC32C crc = new CRC32C();
    crc.update(json.getBytes(StandardCharsets.UTF_8));
    return "%s\ncrc32c %08x\n".formatted(json, (int) crc.getValue());
  }
}
