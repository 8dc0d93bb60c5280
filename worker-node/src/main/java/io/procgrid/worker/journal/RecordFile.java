package io.procgrid.worker.journal;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The record of one segment while the journal writes it. What is written is durable after {@link
 * #sync()}; a new one gets its name there, and nothing of it counts before.
 */
final class RecordFile implements AutoCloseable {
  /** Ends the name of a folder that is not complete. */
  static final String DRAFT = ".new";

  private static final ObjectMapper JSON = new ObjectMapper();

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
    byte[] specBytes = JSON.writeValueAsBytes(spec);
    Acceptance acceptance =
        new Acceptance(true, epoch, nonce, number, specBytes.length, checksum(specBytes));
    return create(journal, segment, acceptance, specBytes);
  }

  /** Makes the record of a segment that never came. */
  static RecordFile createForTombstone(Path journal, SegmentKey segment, long epoch)
      throws IOException {
    return create(journal, segment, new Acceptance(false, epoch, "", 0, 0, 0), null);
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
    FileChannel channel = null;
    try {
      if (spec != null) {
        writeDurably(draft.spec(), spec);
      }
      channel =
          FileChannel.open(draft.record(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      ByteBuffer blank = ByteBuffer.allocate(Slot.fileSize());
      while (blank.hasRemaining()) {
        channel.write(blank);
      }
      Slot.ACCEPTED.write(channel, SlotCodec.encode(acceptance));
      return new RecordFile(folder, draft, channel);
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      DeletedTree.delete(draft.path());
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

  /** Reads what a segment was asked to run, as it was accepted. */
  static SegmentSpec readSpec(SegmentFolder folder, Acceptance acceptance) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.spec());
    if (bytes.length != acceptance.specBytes() || checksum(bytes) != acceptance.specChecksum()) {
      throw new IOException(folder.spec() + " is damaged");
    }
    return JSON.readValue(bytes, SegmentSpec.class);
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
