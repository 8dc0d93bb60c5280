package io.procgrid.worker.journal;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.core.Tombstone;
import io.procgrid.worker.process.ProcessRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records at start-up.
 *
 * <p>What a damaged slot says is never guessed, but that something was written there is known: a
 * damaged tombstone is a kill that was ordered; a damaged end is no proof, so the proof is made
 * anew; damage anywhere else leaves the fate of the segment unknown.
 */
final class JournalReader {
  private static final Logger log = LoggerFactory.getLogger(JournalReader.class);

  /** One record, with what only the journal needs of it. */
  record Read(Recovered.Entry entry, @Nullable Acceptance acceptance) {}

  private JournalReader() {}

  static Read read(SegmentKey segment, SegmentFolder folder) {
    try {
      byte[] file = Files.readAllBytes(folder.record());
      if (file.length != Slot.fileSize()) {
        throw new IOException(
            "%s has %d bytes, not %d".formatted(folder.record(), file.length, Slot.fileSize()));
      }
      return read(segment, folder, file);
    } catch (IOException e) {
      String what =
          e instanceof NoSuchFileException ? folder.record() + " is missing" : e.getMessage();
      String reason =
          "what became of segment %s is not known: %s; look for its processes on this host"
              .formatted(segment, what);
      log.error("{}", reason);
      return new Read(new Recovered.Damaged(segment, reason), null);
    }
  }

  private static Read read(SegmentKey segment, SegmentFolder folder, byte[] file)
      throws IOException {
    Path record = folder.record();
    Acceptance acceptance = SlotCodec.acceptance(required(Slot.ACCEPTED, file, record));
    ProcessRecord process =
        switch (Slot.PROCESS.read(file)) {
          case Slot.Content.Empty() -> null;
          case Slot.Content.Whole whole -> SlotCodec.process(whole.payload());
          case Slot.Content.Torn() -> throw damaged(Slot.PROCESS, record);
        };
    Tombstone tombstone = tombstone(file, record);
    Outcome outcome = outcome(file, record);
    SegmentSpec spec =
        acceptance.accepted() && outcome == null ? RecordFile.readSpec(folder, acceptance) : null;
    return new Read(
        new Recovered.Intact(
            segment,
            acceptance.epochCounter(),
            acceptance.accepted(),
            spec,
            process,
            tombstone,
            outcome),
        acceptance);
  }

  private static @Nullable Tombstone tombstone(byte[] file, Path record) throws IOException {
    return switch (Slot.TOMBSTONE.read(file)) {
      case Slot.Content.Empty() -> null;
      case Slot.Content.Whole whole -> SlotCodec.tombstone(whole.payload());
      case Slot.Content.Torn() -> {
        log.warn("{}: a kill was ordered, by whom cannot be read; it is carried out", record);
        yield new Tombstone(new KillFacts("", 0, "unknown, its record is damaged"));
      }
    };
  }

  private static @Nullable Outcome outcome(byte[] file, Path record) throws IOException {
    return switch (Slot.END.read(file)) {
      case Slot.Content.Empty() -> null;
      case Slot.Content.Whole whole -> SlotCodec.outcome(whole.payload());
      case Slot.Content.Torn() -> {
        log.warn("{}: the end cannot be read; it is proven anew", record);
        yield null;
      }
    };
  }

  private static byte[] required(Slot slot, byte[] file, Path record) throws IOException {
    return switch (slot.read(file)) {
      case Slot.Content.Whole whole -> whole.payload();
      case Slot.Content.Empty(), Slot.Content.Torn() -> throw damaged(slot, record);
    };
  }

  private static IOException damaged(Slot slot, Path record) {
    return new IOException("%s is damaged at its %s".formatted(record, slot));
  }
}
