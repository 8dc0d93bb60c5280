package io.procgrid.worker.journal;

import io.procgrid.common.daemon.AtomicFile;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.SegmentSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The record of one segment while the journal writes it. What is written is durable after {@link
 * #sync()}; a new one gets its name there, and nothing of it counts before.
 */
final class RecordFile implements AutoCloseable {
  /** Ends the name of a folder that is not complete. */
  static final String DRAFT = ".new";

  private final SegmentFolder folder;
  private final @Nullable SegmentFolder draft;
  private final FileChannel channel;

  private RecordFile(SegmentFolder folder, @Nullable SegmentFolder draft, FileChannel channel) {
    this.folder = folder;
    this.draft = draft;
    this.channel = channel;
  }

  /** Opens the record of a segment that the journal holds. */
  static RecordFile open(Path journal, SegmentKey segment) throws IOException {
    SegmentFolder folder = SegmentFolder.of(journal, segment);
    return new RecordFile(
        folder, null, FileChannel.open(folder.record(), StandardOpenOption.WRITE));
  }

  /** Makes the record of a segment that was accepted, with space for all that comes later. */
  static RecordFile create(
      Path journal, SegmentKey segment, long epoch, String nonce, long number, SegmentSpec spec)
      throws IOException {
    byte[] specBytes = SpecFile.encode(spec);
    return create(journal, segment, Acceptance.of(epoch, nonce, number, specBytes), specBytes);
  }

  /** Makes the record of a segment that never came. */
  static RecordFile createForTombstone(Path journal, SegmentKey segment, long epoch)
      throws IOException {
    return create(journal, segment, Acceptance.ofTombstone(epoch), null);
  }

  /** Makes the record of a segment that the journal does not hold although it was here. */
  static RecordFile createForLost(Path journal, SegmentKey segment, Damage damage)
      throws IOException {
    return create(journal, segment, Acceptance.ofDamaged(null, damage), null);
  }

  private static RecordFile create(
      Path journal, SegmentKey segment, Acceptance acceptance, byte @Nullable [] spec)
      throws IOException {
    SegmentFolder folder = SegmentFolder.of(journal, segment);
    SegmentFolder draft = new SegmentFolder(journal.resolve(segment + DRAFT));
    DeletedTree.delete(draft.path());
    // What is here was reported as failed: nothing of it counts.
    DeletedTree.delete(folder.path());
    Files.createDirectory(draft.path());
    try {
      if (spec != null) {
        writeDurably(draft.spec(), spec);
      }
      return new RecordFile(folder, draft, blank(draft.record(), acceptance));
    } catch (IOException | RuntimeException e) {
      DeletedTree.delete(draft.path());
      throw e;
    }
  }

  /**
   * Makes a record in place of a damaged one, whose folder stays; durable when it returns.
   *
   * @param slots what could be read of the damaged one
   */
  static void replace(SegmentFolder folder, Acceptance acceptance, Map<Slot, byte[]> slots)
      throws IOException {
    Path draft = folder.path().resolve("record" + DRAFT);
    Files.deleteIfExists(draft);
    try (FileChannel channel = blank(draft, acceptance)) {
      for (Map.Entry<Slot, byte[]> slot : slots.entrySet()) {
        slot.getKey().write(channel, slot.getValue());
      }
      channel.force(false);
    }
    Files.move(
        draft,
        folder.record(),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    AtomicFile.syncDirectory(folder.path());
  }

  /** A new record with its first slot, all its space taken. */
  private static FileChannel blank(Path file, Acceptance acceptance) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      ByteBuffer blank = Slot.blankFile();
      while (blank.hasRemaining()) {
        channel.write(blank);
      }
      Slot.ACCEPTED.write(channel, SlotCodec.encode(acceptance));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void writeDurably(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(false);
    }
  }

  void write(Slot slot, byte[] payload) throws IOException {
    slot.write(channel, payload);
  }

  /**
   * Makes what was written durable.
   *
   * @return whether the folder got its name now: durable once the caller has synced the journal's
   */
  boolean sync() throws IOException {
    channel.force(false);
    if (draft == null) {
      return false;
    }
    AtomicFile.syncDirectory(draft.path());
    Files.move(draft.path(), folder.path(), StandardCopyOption.ATOMIC_MOVE);
    return true;
  }

  /** Removes what a failed {@link #sync()} of a new record may have left. */
  void discard() throws IOException {
    if (draft != null) {
      DeletedTree.delete(draft.path());
      DeletedTree.delete(folder.path());
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
