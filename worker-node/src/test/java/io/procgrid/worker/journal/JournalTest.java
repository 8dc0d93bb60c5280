package io.procgrid.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.core.Tombstone;
import io.procgrid.worker.process.ProcessRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the journal gives back after it was opened again, with real files. */
class JournalTest {
  private static final SegmentKey SEGMENT = new SegmentKey(7, 1, 0);
  private static final Epoch EPOCH = new Epoch(3, "nonce");
  private static final SegmentSpec SPEC =
      new SegmentSpec(
          "proc", "0", 1, "hash", "true", List.of("ä", ""), Map.of("p", "q"), Map.of(), true, 5);
  private static final ProcessRecord PROCESS =
      new ProcessRecord("cgroup", 4711, 99, "boot-1", "/sys/fs/cgroup/x", 1234);
  private static final KillFacts FACTS = new KillFacts("alice", 5, "10.0.0.1:1");
  private static final Outcome OUTCOME =
      new Outcome(Outcome.Kind.KILLED, new ExitStatus.Signalled(9), "detail", 1234, 2345, 6, FACTS);

  private static final JournalEntry ACCEPTED = new JournalEntry.Accepted(SEGMENT, EPOCH, 17, SPEC);
  private static final JournalEntry RECORDED = new JournalEntry.ProcessRecorded(SEGMENT, PROCESS);
  private static final Tombstone TOMBSTONE =
      new Tombstone(FACTS, new Tombstone.Grace(10, "boot", 7_000, false));
  private static final JournalEntry TOMBSTONED = new JournalEntry.Tombstoned(SEGMENT, 3, TOMBSTONE);
  private static final JournalEntry ENDED = new JournalEntry.Ended(SEGMENT, OUTCOME);

  @TempDir Path directory;

  private Journal.Opened open(String bootId) throws Exception {
    return Journal.open(directory, bootId, () -> new WorkerIdentity("identity"), ImmutableSet.of());
  }

  private void append(JournalEntry... entries) throws Exception {
    assertThat(open("boot-1").journal().append(List.of(entries))).containsOnlyNulls();
  }

  private Recovered reopened() throws Exception {
    return open("boot-1").recovered();
  }

  private Recovered.Intact intact() throws Exception {
    assertThat(reopened().segments()).hasSize(1);
    return (Recovered.Intact) reopened().segments().getFirst();
  }

  @Test
  void keepsEverythingOfASegment() throws Exception {
    append(new JournalEntry.TermOpened(EPOCH), ACCEPTED, RECORDED, TOMBSTONED);

    assertThat(intact())
        .isEqualTo(new Recovered.Intact(SEGMENT, 3, true, SPEC, PROCESS, TOMBSTONE, null));
    append(ENDED);
    assertThat(intact())
        .isEqualTo(new Recovered.Intact(SEGMENT, 3, true, null, PROCESS, TOMBSTONE, OUTCOME));
  }

  @Test
  void keepsTheTombstoneOfWhatNeverCame() throws Exception {
    append(TOMBSTONED);

    assertThat(intact())
        .isEqualTo(new Recovered.Intact(SEGMENT, 3, false, null, null, TOMBSTONE, null));
  }

  @Test
  void keepsWhomTheWorkerObeys() throws Exception {
    append(
        new JournalEntry.ClusterJoined(new ClusterId("cluster")),
        new JournalEntry.TermOpened(EPOCH),
        ACCEPTED);

    Recovered recovered = reopened();
    assertThat(recovered.clusterId()).isEqualTo(new ClusterId("cluster"));
    assertThat(recovered.epoch()).isEqualTo(EPOCH);
    assertThat(recovered.dispatchNumber()).isEqualTo(17);
    assertThat(recovered.highestRunId()).isEqualTo(7);
    assertThat(recovered.identity()).isEqualTo(new WorkerIdentity("identity"));
  }

  @Test
  void highestNumbersOutliveWhatIsForgotten() throws Exception {
    append(new JournalEntry.TermOpened(EPOCH), ACCEPTED, ENDED);
    append(new JournalEntry.Forgotten(SEGMENT));

    Recovered recovered = reopened();
    assertThat(recovered.segments()).isEmpty();
    assertThat(recovered.dispatchNumber()).isEqualTo(17);
    assertThat(recovered.highestRunId()).isEqualTo(7);
    assertThat(directory.resolve("journal")).isEmptyDirectory();
  }

  @Test
  void newTermBeginsItsNumbersAnew() throws Exception {
    append(new JournalEntry.TermOpened(EPOCH), ACCEPTED);
    append(new JournalEntry.TermOpened(new Epoch(4, "other")));

    assertThat(reopened().dispatchNumber()).isZero();
  }

  @Test
  void incompleteEntriesAreNone() throws Exception {
    append(ACCEPTED);
    Files.move(directory.resolve("journal/7-1-0"), directory.resolve("journal/7-1-0.new"));

    assertThat(reopened().segments()).isEmpty();
    assertThat(directory.resolve("journal")).isEmptyDirectory();
  }

  @Test
  void newerTombstoneTakesThePlaceOfTheOlder() throws Exception {
    Tombstone harder = new Tombstone(FACTS, new Tombstone.Grace(10, "boot", 6_000, true));

    append(ACCEPTED, RECORDED, TOMBSTONED, new JournalEntry.Tombstoned(SEGMENT, 3, harder));

    assertThat(intact().tombstone()).isEqualTo(harder);
  }

  @Test
  void tombstoneAndEndNeedNoSpace() throws Exception {
    append(ACCEPTED);
    Path record = directory.resolve("journal/7-1-0/record");
    long size = Files.size(record);

    append(RECORDED, TOMBSTONED, ENDED);

    assertThat(Files.size(record)).isEqualTo(size).isEqualTo(Slot.fileSize());
  }

  @Test
  void tornTombstoneIsAKillThatWasOrdered() throws Exception {
    append(ACCEPTED, RECORDED, TOMBSTONED);
    damage(Slot.TOMBSTONE, 20);

    assertThat(Objects.requireNonNull(intact().tombstone()).facts().origin()).contains("unknown");
  }

  @Test
  void tornEndIsNoProof() throws Exception {
    append(ACCEPTED, RECORDED, ENDED);
    damage(Slot.END, 30);

    assertThat(intact().outcome()).isNull();
    assertThat(intact().process()).isEqualTo(PROCESS);
  }

  @Test
  void damageAnywhereElseLeavesTheFateUnknown() throws Exception {
    append(ACCEPTED, RECORDED, ENDED);
    damage(Slot.PROCESS, 13);
    assertUnknown("PROCESS");
  }

  @Test
  void truncatedRecordLeavesTheFateUnknown() throws Exception {
    append(ACCEPTED, RECORDED);
    try (RandomAccessFile file = new RandomAccessFile(record().toFile(), "rw")) {
      file.setLength(5000);
    }
    assertUnknown("5000 bytes");
  }

  @Test
  void missingRecordLeavesTheFateUnknown() throws Exception {
    append(ACCEPTED, RECORDED);
    Files.delete(record());
    assertUnknown("missing");
  }

  @Test
  void damagedSpecIsNotLaunched() throws Exception {
    append(ACCEPTED);
    Files.writeString(directory.resolve("journal/7-1-0/spec.json"), "{}");
    assertUnknown("spec.json is damaged");
  }

  private void assertUnknown(String why) throws Exception {
    Recovered.Entry entry = reopened().segments().getFirst();
    assertThat(entry).isInstanceOf(Recovered.Damaged.class);
    assertThat(((Recovered.Damaged) entry).reason()).contains("segment 7-1-0").contains(why);
  }

  @Test
  void rebootProvesTheEndOfWhatIsDamaged() throws Exception {
    append(ACCEPTED, RECORDED);
    damage(Slot.PROCESS, 13);

    Recovered.Intact entry = (Recovered.Intact) open("boot-2").recovered().segments().getFirst();

    Outcome outcome = Objects.requireNonNull(entry.outcome());
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ENDED);
    assertThat(outcome.status()).isInstanceOf(ExitStatus.Lost.class);
    assertThat(directory.resolve("set-aside")).isNotEmptyDirectory();
    assertThat(((Recovered.Intact) open("boot-2").recovered().segments().getFirst()).outcome())
        .isEqualTo(outcome);
  }

  @Test
  void newerFormatIsRefused() throws Exception {
    append(ACCEPTED);
    Path state = directory.resolve("worker.state");
    Files.writeString(state, Files.readString(state).replace("\"format\":1", "\"format\":2"));

    assertThatThrownBy(() -> open("boot-1"))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("format 2")
        .hasMessageContaining("worker.state");
  }

  @Test
  void damagedOrMissingStateIsRefused() throws Exception {
    append(ACCEPTED);
    Path state = directory.resolve("worker.state");
    Files.writeString(state, "{\"format\":1,");
    assertThatThrownBy(() -> open("boot-1")).isInstanceOf(JournalException.class);

    Files.delete(state);
    assertThatThrownBy(() -> open("boot-1"))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("new identity");
  }

  @Test
  void failureOfOneSegmentLeavesTheOthersDurable() throws Exception {
    JournalEntry strayEnd = new JournalEntry.Ended(new SegmentKey(99, 1, 0), OUTCOME);

    List<@Nullable String> failures =
        open("boot-1").journal().append(Arrays.asList(strayEnd, ACCEPTED));

    assertThat(failures.get(0)).contains("99-1-0");
    assertThat(failures.get(1)).isNull();
    assertThat(intact().segment()).isEqualTo(SEGMENT);
  }

  @Test
  void longTextForPeopleIsCutAndNeverLosesTheRecord() throws Exception {
    KillFacts facts = new KillFacts("ü".repeat(5_000), 1, "o".repeat(5_000));
    Outcome outcome =
        new Outcome(
            Outcome.Kind.START_FAILED,
            new ExitStatus.Lost("l".repeat(9_000)),
            "d".repeat(9_000),
            1,
            2,
            3,
            facts);
    append(
        ACCEPTED,
        new JournalEntry.Tombstoned(SEGMENT, 3, new Tombstone(facts)),
        new JournalEntry.Ended(SEGMENT, outcome));

    Recovered.Intact entry = intact();
    assertThat(Objects.requireNonNull(entry.outcome()).detail()).startsWith("ddd");
    assertThat(Objects.requireNonNull(entry.tombstone()).facts().user()).matches("ü+");
  }

  @Test
  void forgottenFolderGoesWhateverTheProgramDidToIt() throws Exception {
    append(ACCEPTED, ENDED);
    Path work = directory.resolve("journal/7-1-0/work/closed");
    Files.createDirectories(work);
    Files.createFile(work.resolve("file"));
    Files.createSymbolicLink(work.resolve("out"), directory.resolve("worker.state"));
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("---------"));

    append(new JournalEntry.Forgotten(SEGMENT));

    assertThat(directory.resolve("journal")).isEmptyDirectory();
    assertThat(directory.resolve("worker.state")).exists();
  }

  private Path record() {
    return directory.resolve("journal/7-1-0/record");
  }

  /** Flips a byte, as a torn write or a bad block does. */
  private void damage(Slot slot, int offset) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(record().toFile(), "rw")) {
      long position = (long) Arrays.asList(Slot.values()).indexOf(slot) * Slot.SIZE + offset;
      file.seek(position);
      int value = file.read();
      file.seek(position);
      file.write(value ^ 0xFF);
    }
  }
}
