package io.procgrid.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.core.Recovered.Doubtful.Remedy;
import io.procgrid.worker.core.Tombstone;
import io.procgrid.worker.process.Ground;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the journal makes of damage, of other hosts, and of what it has no entry of. */
class JournalDamageTest extends JournalStory {
  @Test
  void tornTombstoneIsAKillThatWasOrderedAndWhoseGraceIsOver() throws Exception {
    append(ACCEPTED, RECORDED, TOMBSTONED);
    damage(Slot.TOMBSTONE, 20);

    Tombstone tombstone = Objects.requireNonNull(intact().tombstone());
    assertThat(tombstone.facts().origin()).contains("unknown");
    assertThat(tombstone.grace()).isNull();
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
}
