package io.procgrid.worker.journal;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.core.Tombstone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records at start-up.
 *
 * <p>What a damaged slot says is never guessed, but that something was written there is known: a
 * damaged tombstone is a kill that was ordered; a damaged end is no proof, so the proof is made
 * anew; a whole end is one, whatever else is damaged.
 */
final class JournalReader {
  private static final Logger log = LoggerFactory.getLogger(JournalReader.class);

  private final HostStamp here;

  /**
   * What a record says. Parts are null when they are not in use or cannot be read.
   *
   * @param damage why it cannot be relied on; null when it can
   */
  record Read(
      @Nullable Acceptance acceptance,
      @Nullable SegmentSpec spec,
      @Nullable PlacedProcess process,
      @Nullable Tombstone tombstone,
      @Nullable Outcome outcome,
      @Nullable String damage) {
    static Read nothing(String damage) {
      return new Read(null, null, null, null, null, damage);
    }
  }

  /** Reads on this host. */
  JournalReader(HostStamp here) {
    this.here = here;
  }

  Read read(SegmentKey segment, SegmentFolder folder) throws JournalException {
    byte[] file;
    try {
      file = Files.readAllBytes(folder.record());
    } catch (NoSuchFileException e) {
      return Read.nothing("its record is missing");
    } catch (IOException e) {
      return Read.nothing("its record cannot be read: " + e.getMessage());
    }
    if (file.length != Slot.fileSize()) {
      return Read.nothing(
          "its record has %d bytes, not %d".formatted(file.length, Slot.fileSize()));
    }
    return new RecordBytes(segment, folder, file).read();
  }

  /** One record of the right length. */
  private final class RecordBytes {
    private final SegmentKey segment;
    private final SegmentFolder folder;
    private final byte[] file;
    private @Nullable String damage;

    RecordBytes(SegmentKey segment, SegmentFolder folder, byte[] file) {
      this.segment = segment;
      this.folder = folder;
      this.file = file;
    }

    private interface Parser<T> {
      T parse(int version, byte[] payload) throws IOException;
    }

    Read read() throws JournalException {
      Slot.Content first = Slot.ACCEPTED.read(file, true);
      boolean zerosAreEmpty = first instanceof Slot.Content.Whole whole && whole.version() == 1;
      Acceptance acceptance = required(first, (version, payload) -> SlotCodec.acceptance(payload));
      PlacedProcess process = process(zerosAreEmpty);
      Tombstone tombstone = tombstone(zerosAreEmpty);
      Outcome outcome = outcome(zerosAreEmpty);
      if (outcome != null) {
        return new Read(
            acceptance == null ? Acceptance.ofTombstone(0) : acceptance,
            null,
            process,
            tombstone,
            outcome,
            null);
      }
      SegmentSpec spec = acceptance == null ? null : spec(acceptance);
      return new Read(acceptance, spec, process, tombstone, null, damage);
    }

    private @Nullable PlacedProcess process(boolean zerosAreEmpty) throws JournalException {
      Slot.Content content = Slot.PROCESS.read(file, zerosAreEmpty);
      return content instanceof Slot.Content.Empty
          ? null
          : parsed(
              Slot.PROCESS,
              content,
              (version, payload) -> SlotCodec.process(version, payload, here));
    }

    private @Nullable Tombstone tombstone(boolean zerosAreEmpty) throws JournalException {
      Slot.Content content = Slot.TOMBSTONE.read(file, zerosAreEmpty);
      if (content instanceof Slot.Content.Empty) {
        return null;
      }
      String before = damage;
      Tombstone tombstone = parsed(Slot.TOMBSTONE, content, SlotCodec::tombstone);
      damage = before;
      if (tombstone != null) {
        return tombstone;
      }
      log.warn(
          "{}: a kill was ordered, by whom and with what grace cannot be read; it is carried out at once",
          folder.record());
      return new Tombstone(new KillFacts("", 0, "unknown, its record is damaged"));
    }

    private @Nullable Outcome outcome(boolean zerosAreEmpty) throws JournalException {
      Slot.Content content = Slot.END.read(file, zerosAreEmpty);
      if (content instanceof Slot.Content.Empty) {
        return null;
      }
      String before = damage;
      Outcome outcome = parsed(Slot.END, content, (version, payload) -> SlotCodec.outcome(payload));
      damage = before;
      if (outcome == null) {
        log.warn("{}: the end cannot be read; it is proven anew", folder.record());
      }
      return outcome;
    }

    private @Nullable SegmentSpec spec(Acceptance acceptance) throws JournalException {
      if (!acceptance.accepted() || acceptance.damage() != null) {
        return null;
      }
      try {
        return SpecFile.read(folder, acceptance);
      } catch (NoSuchFileException e) {
        damage = "its spec is missing";
      } catch (IOException e) {
        damage = "its spec cannot be read: " + e.getMessage();
      }
      return null;
    }

    private <T> @Nullable T required(Slot.Content content, Parser<T> parser)
        throws JournalException {
      if (content instanceof Slot.Content.Empty) {
        damage = damaged(Slot.ACCEPTED);
        return null;
      }
      return parsed(Slot.ACCEPTED, content, parser);
    }

    /** What a slot in use holds; null, and the damage noted, when it cannot be read. */
    private <T> @Nullable T parsed(Slot slot, Slot.Content content, Parser<T> parser)
        throws JournalException {
      switch (content) {
        case Slot.Content.Whole whole -> {
          try {
            return parser.parse(whole.version(), whole.payload());
          } catch (IOException e) {
            log.warn("segment {}: {}", segment, e.getMessage());
          }
        }
        case Slot.Content.Newer(int version) ->
            throw JournalException.newer(folder.record(), version);
        case Slot.Content.Empty(), Slot.Content.Torn() -> {}
      }
      damage = damaged(slot);
      return null;
    }

    private static String damaged(Slot slot) {
      return "its record is damaged at its " + slot;
    }
  }
}
