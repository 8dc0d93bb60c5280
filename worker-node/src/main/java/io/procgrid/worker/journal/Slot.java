package io.procgrid.worker.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * One of the fixed places of a record file. All of them are written when the file is made, so that
 * filling one later needs no space on the disk.
 *
 * <p>Layout, big-endian: magic (4 bytes), length of the payload (4), CRC-32C of slot number, length
 * and payload (4), payload, zeros up to {@link #SIZE}.
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

  private static final int MAGIC = 0x5047_5331;
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
      private final byte[] payload;

      Whole(byte[] payload) {
        this.payload = payload;
      }

      byte[] payload() {
        return payload;
      }
    }

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

  private ByteBuffer encode(byte[] payload) {
    if (payload.length > CAPACITY) {
      throw new IllegalArgumentException(
          "%s of %d bytes does not fit a slot of %d".formatted(this, payload.length, CAPACITY));
    }
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    bytes.putInt(MAGIC).putInt(payload.length).putInt(checksum(payload)).put(payload);
    return bytes.clear();
  }

  Content read(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file, number * SIZE, SIZE).slice();
    if (isBlank(bytes)) {
      return new Content.Empty();
    }
    int magic = bytes.getInt();
    int length = bytes.getInt();
    int checksum = bytes.getInt();
    if (magic != MAGIC || length < 0 || length > CAPACITY) {
      return new Content.Torn();
    }
    byte[] payload = new byte[length];
    bytes.get(payload);
    return checksum == checksum(payload) ? new Content.Whole(payload) : new Content.Torn();
  }

  private int checksum(byte[] payload) {
    CRC32C crc = new CRC32C();
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
