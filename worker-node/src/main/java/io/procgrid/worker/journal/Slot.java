package io.procgrid.worker.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * One of the fixed places of a record file. All of them are written when the file is made, so that
 * filling one later needs no space on the disk.
 *
 * <p>Layout, big-endian: magic (3 bytes), version (1), length of the payload (4), CRC-32C (4),
 * payload, zeros up to {@link #SIZE}. The checksum is of version, slot number, length and payload;
 * in version 1 it leaves out the version. A slot that is not in use is a whole slot without
 * payload: zeros where something was written must not read as "nothing happened". In version 1 it
 * is zeros.
 */
enum Slot {
  /** What was accepted. */
  ACCEPTED(0),
  /** Its process. */
  PROCESS(1),
  /** The kill that was ordered. */
  TOMBSTONE(2),
  /** Its end. */
  END(3);

  /** Bytes of a slot. */
  static final int SIZE = 4096;

  /**
   * The version that is written: of slots, and of the payloads that {@link SlotCodec} describes.
   */
  static final int VERSION = 2;

  private static final int MAGIC = 0x5047_5300;
  private static final int VERSION_MASK = 0xFF;

  /** Versions count from '1'. */
  private static final int VERSION_BASE = '0';

  private static final int HEADER = 12;

  /** Most bytes that a payload may have. */
  static final int CAPACITY = SIZE - HEADER;

  private final int number;

  Slot(int number) {
    this.number = number;
  }

  /** What a slot holds. */
  sealed interface Content {
    /** Never written. */
    record Empty() implements Content {}

    /** Written and whole. */
    final class Whole implements Content {
      private final int version;
      private final byte[] payload;

      Whole(int version, byte[] payload) {
        this.version = version;
        this.payload = payload;
      }

      int version() {
        return version;
      }

      byte[] payload() {
        return payload;
      }
    }

    /** Whole, of a version that is not known here. */
    record Newer(int version) implements Content {}

    /** Written, but not, or no longer, whole. */
    record Torn() implements Content {}
  }

  /** Bytes of a whole record file. */
  static int fileSize() {
    return values().length * SIZE;
  }

  void write(FileChannel file, byte[] payload) throws IOException {
    ByteBuffer bytes = encode(payload);
    long position = (long) number * SIZE;
    while (bytes.hasRemaining()) {
      position += file.write(bytes, position);
    }
  }

  /** A record of which no slot is in use yet. */
  static ByteBuffer blankFile() {
    ByteBuffer file = ByteBuffer.allocate(fileSize());
    for (Slot slot : values()) {
      file.put(slot.encode(new byte[0]));
    }
    return file.flip();
  }

  private ByteBuffer encode(byte[] payload) {
    if (payload.length > CAPACITY) {
      throw new IllegalArgumentException(
          "%s of %d bytes does not fit a slot of %d".formatted(this, payload.length, CAPACITY));
    }
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    bytes
        .putInt(MAGIC | (VERSION_BASE + VERSION))
        .putInt(payload.length)
        .putInt(checksum(VERSION, payload))
        .put(payload);
    return bytes.clear();
  }

  /**
   * Reads it from the bytes of a record.
   *
   * @param zerosAreEmpty whether the record is of version 1
   */
  Content read(byte[] file, boolean zerosAreEmpty) {
    ByteBuffer bytes = ByteBuffer.wrap(file, number * SIZE, SIZE).slice();
    if (zerosAreEmpty && isBlank(bytes)) {
      return new Content.Empty();
    }
    int magic = bytes.getInt();
    int version = (magic & VERSION_MASK) - VERSION_BASE;
    int length = bytes.getInt();
    int checksum = bytes.getInt();
    if ((magic & ~VERSION_MASK) != MAGIC || version < 1 || length < 0 || length > CAPACITY) {
      return new Content.Torn();
    }
    byte[] payload = new byte[length];
    bytes.get(payload);
    if (checksum != checksum(version, payload)) {
      return new Content.Torn();
    }
    if (version > VERSION) {
      return new Content.Newer(version);
    }
    return length == 0 ? new Content.Empty() : new Content.Whole(version, payload);
  }

  private int checksum(int version, byte[] payload) {
    CRC32C crc = new CRC32C();
    if (version > 1) {
      crc.update(version);
    }
    crc.update(ByteBuffer.allocate(8).putInt(number).putInt(payload.length).flip());
    crc.update(payload);
    return (int) crc.getValue();
  }

  private static boolean isBlank(ByteBuffer bytes) {
    for (int i = 0; i < bytes.limit(); i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
