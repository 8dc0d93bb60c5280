package io.procgrid.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.core.Tombstone;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the journal gives back after it was opened again, with real files. */
class JournalTest extends JournalStory {
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
}
