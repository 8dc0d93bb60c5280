package io.procgrid.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import io.procgrid.worker.core.Recovered.Doubtful.Remedy;
import io.procgrid.worker.core.Tombstone;
import io.procgrid.worker.process.Ground;
import io.procgrid.worker.process.ProcessRecord;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
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
    return open(new HostStamp("host", "machine", "", bootId, "pid:[1]"));
  }

  private Journal.Opened open(HostStamp here) throws Exception {
    return Journal.open(directory, here, () -> new WorkerIdentity("identity"), ImmutableSet.of());
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
  void wholeEndIsAProofWhateverElseIsDamaged() throws Exception {
    append(ACCEPTED, RECORDED, ENDED);
    damage(Slot.PROCESS, 13);
    damage(Slot.ACCEPTED, 13);

    assertThat(intact().outcome()).isEqualTo(OUTCOME);
  }

  @Test
  void damagedProcessIsSoughtByName() throws Exception {
    append(ACCEPTED, RECORDED);
    damage(Slot.PROCESS, 13);

    assertDamaged("PROCESS");
    assertThat(reopened().sought()).containsExactly(SEGMENT);
  }

  @Test
  void readablePartsOfADamagedRecordAreKept() throws Exception {
    append(ACCEPTED, RECORDED, TOMBSTONED);
    damage(Slot.ACCEPTED, 13);

    assertDamaged("ACCEPTED");
    assertThat(doubtful().process()).isEqualTo(PROCESS);
    assertThat(doubtful().tombstone()).isEqualTo(TOMBSTONE);
  }

  @Test
  void zerosWhereSomethingWasWrittenAreDamage() throws Exception {
    append(ACCEPTED, RECORDED);
    try (RandomAccessFile file = new RandomAccessFile(record().toFile(), "rw")) {
      file.seek(Slot.SIZE);
      file.write(new byte[Slot.SIZE]);
    }

    assertDamaged("PROCESS");
  }

  @Test
  void truncatedRecordIsDamage() throws Exception {
    append(ACCEPTED, RECORDED);
    try (RandomAccessFile file = new RandomAccessFile(record().toFile(), "rw")) {
      file.setLength(5000);
    }

    assertDamaged("5000 bytes");
  }

  @Test
  void missingRecordIsDamage() throws Exception {
    append(ACCEPTED, RECORDED);
    Files.delete(record());

    assertDamaged("missing");
  }

  @Test
  void damagedSpecIsNotLaunched() throws Exception {
    append(ACCEPTED);
    Files.writeString(directory.resolve("journal/7-1-0/spec.json"), "{}");

    assertDamaged("spec.json is damaged");
  }

  @Test
  void whatIsDamagedIsSetAsideOnceAndTheOutputStays() throws Exception {
    append(ACCEPTED, RECORDED);
    Path output = Files.writeString(directory.resolve("journal/7-1-0/stdout"), "hello");
    damage(Slot.PROCESS, 13);
    byte[] damaged = Files.readAllBytes(record());

    assertDamaged("PROCESS");
    assertDamaged("PROCESS");

    try (Stream<Path> folders = Files.list(directory.resolve("set-aside"))) {
      assertThat(folders)
          .singleElement()
          .satisfies(folder -> {
            assertThat(folder.getFileName().toString()).startsWith("7-1-0-damaged-20");
            assertThat(folder.resolve("record")).hasBinaryContent(damaged);
            assertThat(folder.resolve("spec.json")).exists();
            assertThat(folder.resolve("reason")).content().contains("PROCESS");
          });
    }
    assertThat(output).hasContent("hello");
  }

  @Test
  void killAndEndOfADamagedEntryAreDurable() throws Exception {
    append(ACCEPTED, RECORDED);
    Files.delete(record());
    append(TOMBSTONED);
    assertThat(doubtful().tombstone()).isEqualTo(TOMBSTONE);

    append(ENDED);

    assertThat(intact().outcome()).isEqualTo(OUTCOME);
  }

  private Recovered.Doubtful doubtful() throws Exception {
    return (Recovered.Doubtful) reopened().segments().getFirst();
  }

  private void assertDamaged(String why) throws Exception {
    assertThat(doubtful().segment()).isEqualTo(SEGMENT);
    assertThat(doubtful().reason()).contains(why);
    assertThat(doubtful().remedy()).isEqualTo(Remedy.KILL);
  }

  private Remedy remedySeenFrom(HostStamp here) throws Exception {
    return ((Recovered.Doubtful) open(here).recovered().segments().getFirst()).remedy();
  }

  @Test
  void rebootProvesTheEndOfWhatIsDamagedAlsoAfterAnotherStart() throws Exception {
    append(ACCEPTED, RECORDED);
    damage(Slot.PROCESS, 13);
    HostStamp rebooted = new HostStamp("host", "machine", "", "boot-2", "pid:[1]");

    assertThat(remedySeenFrom(rebooted)).isEqualTo(Remedy.REBOOT);
    assertThat(remedySeenFrom(rebooted)).isEqualTo(Remedy.REBOOT);
  }

  @Test
  void bootOfAnotherMachineProvesNothing() throws Exception {
    append(ACCEPTED, RECORDED);
    HostStamp moved = new HostStamp("other", "other-machine", "", "boot-2", "pid:[1]");

    assertThat(remedySeenFrom(moved)).isEqualTo(Remedy.NONE);
    assertThat(remedySeenFrom(moved)).isEqualTo(Remedy.NONE);
    assertThat(((Recovered.Doubtful) open(moved).recovered().segments().getFirst()).reason())
        .contains("machine machine (host host)");
    assertThat(intact().process()).isEqualTo(PROCESS);
  }

  @Test
  void bootOfAHostOfWhichNothingTellsTheMachineProvesNothing() throws Exception {
    append(ACCEPTED, RECORDED);

    assertThat(remedySeenFrom(new HostStamp("host", "", "", "boot-2", ""))).isEqualTo(Remedy.NONE);
  }

  @Test
  void whatIsOverStaysOverOnAnotherMachine() throws Exception {
    append(ACCEPTED, RECORDED, ENDED);

    Journal.Opened moved = open(new HostStamp("other", "other-machine", "", "boot-2", ""));

    assertThat(((Recovered.Intact) moved.recovered().segments().getFirst()).outcome())
        .isEqualTo(OUTCOME);
  }

  @Test
  void pidsOfAnotherPidNamespaceMeanNothing() throws Exception {
    append(ACCEPTED, RECORDED);

    assertThat(remedySeenFrom(new HostStamp("host", "machine", "", "boot-1", "pid:[2]")))
        .isEqualTo(Remedy.WATCH);
  }

  @Test
  void strayWithoutAnEntryGetsOne() throws Exception {
    SegmentKey stray = new SegmentKey(99, 1, 0);
    Recovered recovered = open("boot-1").with(Set.of(stray)).recovered();

    assertThat(recovered.segments()).extracting(Recovered.Entry::segment).containsExactly(stray);
    assertThat(recovered.highestRunId()).isEqualTo(99);
    assertThat(doubtful().segment()).isEqualTo(stray);
    assertThat(doubtful().reason()).contains("missing");
  }

  @Test
  void strayOfAnEntryThatNamesNoProcessIsSoughtInsteadOfLaunched() throws Exception {
    append(ACCEPTED);

    Recovered recovered = open("boot-1").with(Set.of(SEGMENT)).recovered();

    assertThat(recovered.segments().getFirst()).isInstanceOf(Recovered.Doubtful.class);
    assertThat(intact().spec()).isEqualTo(SPEC);
  }

  @Test
  void groundsAreKeptUntilTheHostReboots() throws Exception {
    Ground ground = new Ground("cgroup", "/sys/fs/cgroup/x");
    open("boot-1").use(ground);
    assertThat(open("boot-1").journal().grounds()).containsExactly(ground);

    assertThat(open("boot-2").journal().grounds()).isEmpty();
  }

  @Test
  void newerFormatIsRefused() throws Exception {
    append(ACCEPTED);
    Path state = directory.resolve("worker.state");
    String newer = Files.readAllLines(state).getFirst().replace("\"format\":2", "\"format\":3");
    Files.writeString(state, StateFile.sealed(newer));

    assertThatThrownBy(() -> open("boot-1"))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("worker.state is of format 3")
        .hasMessageContaining("reads up to 2")
        .hasMessageContaining("start the newer version");
  }

  @Test
  void newerRecordIsRefusedAndNeverTakenForDamage() throws Exception {
    append(ACCEPTED);
    try (RandomAccessFile file = new RandomAccessFile(record().toFile(), "rw")) {
      file.seek(Slot.SIZE);
      file.write(ByteBuffer.allocate(12).putInt(0x5047_5333).putInt(0).array());
      CRC32C crc = new CRC32C();
      crc.update(3);
      crc.update(ByteBuffer.allocate(8).putInt(1).putInt(0).flip());
      file.seek(Slot.SIZE + 8);
      file.writeInt((int) crc.getValue());
    }

    assertThatThrownBy(() -> open("boot-1"))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("record is of format 3");
  }

  /** As the first version wrote it. */
  @Test
  void firstFormatIsRead() throws Exception {
    append(new JournalEntry.TermOpened(EPOCH), ACCEPTED, RECORDED);
    Files.delete(directory.resolve("worker.state.copy"));
    Files.writeString(
        directory.resolve("worker.state"),
        """
        {"format":1,"identity":"identity","cluster_id":"","epoch_counter":3,"epoch_nonce":"nonce",\
        "dispatch_number":17,"highest_run_id":7,"boot_id":"boot-1"}
        """);
    writeFirstVersionRecord();

    Recovered recovered = reopened();

    assertThat(recovered.epoch()).isEqualTo(EPOCH);
    assertThat(recovered.segments())
        .containsExactly(
            new Recovered.Intact(SEGMENT, 3, true, SPEC, PROCESS, new Tombstone(FACTS), null));
    assertThat(open("boot-1").journal().grounds()).containsExactly(Ground.UNKNOWN);
  }

  private void writeFirstVersionRecord() throws IOException {
    byte[] spec = new ObjectMapper().writeValueAsBytes(SPEC);
    Files.write(directory.resolve("journal/7-1-0/spec.json"), spec);
    try (RandomAccessFile file = new RandomAccessFile(record().toFile(), "rw")) {
      file.setLength(0);
      file.setLength(Slot.fileSize());
      firstVersionSlot(
          file,
          0,
          out -> {
            out.writeBoolean(true);
            out.writeLong(3);
            text(out, "nonce");
            out.writeLong(17);
            out.writeInt(spec.length);
            out.writeInt(SpecFile.checksum(spec));
          });
      firstVersionSlot(
          file,
          1,
          out -> {
            text(out, PROCESS.containment());
            out.writeLong(PROCESS.pid());
            out.writeLong(PROCESS.startTicks());
            text(out, PROCESS.bootId());
            text(out, PROCESS.place());
            out.writeLong(PROCESS.startedAtMillis());
          });
      firstVersionSlot(
          file,
          2,
          out -> {
            text(out, FACTS.user());
            out.writeLong(FACTS.atMillis());
            text(out, FACTS.origin());
          });
    }
  }

  private interface Payload {
    void write(DataOutputStream out) throws IOException;
  }

  private static void firstVersionSlot(RandomAccessFile file, int number, Payload payload)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    payload.write(new DataOutputStream(bytes));
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(8).putInt(number).putInt(bytes.size()).flip());
    crc.update(bytes.toByteArray());
    file.seek((long) number * Slot.SIZE);
    file.writeInt(0x5047_5331);
    file.writeInt(bytes.size());
    file.writeInt((int) crc.getValue());
    file.write(bytes.toByteArray());
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  @Test
  void damagedStateIsReadFromItsCopy() throws Exception {
    append(new JournalEntry.TermOpened(EPOCH), ACCEPTED);
    Path state = directory.resolve("worker.state");
    Files.writeString(
        state, Files.readString(state).replace("\"epoch_counter\":3", "\"epoch_counter\":1"));

    assertThat(reopened().epoch()).isEqualTo(EPOCH);

    Files.delete(state);
    assertThat(reopened().epoch()).isEqualTo(EPOCH);
  }

  @Test
  void damagedOrMissingStateWithoutAWholeCopyIsRefused() throws Exception {
    append(ACCEPTED);
    Path state = directory.resolve("worker.state");
    Path copy = directory.resolve("worker.state.copy");
    Files.writeString(state, "{\"format\":2,");
    Files.writeString(copy, Files.readString(copy).replace("identity", "another"));
    assertThatThrownBy(() -> open("boot-1"))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("worker.state")
        .hasMessageContaining("checksum")
        .hasMessageContaining("new identity");

    Files.delete(state);
    Files.delete(copy);
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
