package io.procgrid.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** A journal in a folder of its own, opened again and again, with real files. */
abstract class JournalStory {
  static final SegmentKey SEGMENT = new SegmentKey(7, 1, 0);
  static final Epoch EPOCH = new Epoch(3, "nonce");
  static final SegmentSpec SPEC =
      new SegmentSpec(
          "proc", "0", 1, "hash", "true", List.of("ä", ""), Map.of("p", "q"), Map.of(), true, 5);
  static final ProcessRecord PROCESS =
      new ProcessRecord("cgroup", 4711, 99, "boot-1", "/sys/fs/cgroup/x", 1234);
  static final KillFacts FACTS = new KillFacts("alice", 5, "10.0.0.1:1");
  static final Outcome OUTCOME =
      new Outcome(Outcome.Kind.KILLED, new ExitStatus.Signalled(9), "detail", 1234, 2345, 6, FACTS);

  static final JournalEntry ACCEPTED = new JournalEntry.Accepted(SEGMENT, EPOCH, 17, SPEC);
  static final JournalEntry RECORDED = new JournalEntry.ProcessRecorded(SEGMENT, PROCESS);
  static final Tombstone TOMBSTONE =
      new Tombstone(FACTS, new Tombstone.Grace(10, "boot", 7_000, false));
  static final JournalEntry TOMBSTONED = new JournalEntry.Tombstoned(SEGMENT, 3, TOMBSTONE);
  static final JournalEntry ENDED = new JournalEntry.Ended(SEGMENT, OUTCOME);

  @TempDir Path directory;

  Journal.Opened open(String bootId) throws Exception {
    return open(new HostStamp("host", "machine", "", bootId, "pid:[1]"));
  }

  Journal.Opened open(HostStamp here) throws Exception {
    return Journal.open(directory, here, () -> new WorkerIdentity("identity"), ImmutableSet.of());
  }

  void append(JournalEntry... entries) throws Exception {
    assertThat(open("boot-1").journal().append(List.of(entries))).containsOnlyNulls();
  }

  Recovered reopened() throws Exception {
    return open("boot-1").recovered();
  }

  Recovered.Intact intact() throws Exception {
    assertThat(reopened().segments()).hasSize(1);
    return (Recovered.Intact) reopened().segments().getFirst();
  }

  Path record() {
    return directory.resolve("journal/7-1-0/record");
  }

  /** Flips a byte, as a torn write or a bad block does. */
  void damage(Slot slot, int offset) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(record().toFile(), "rw")) {
      long position = (long) Arrays.asList(Slot.values()).indexOf(slot) * Slot.SIZE + offset;
      file.seek(position);
      int value = file.read();
      file.seek(position);
      file.write(value ^ 0xFF);
    }
  }
}
