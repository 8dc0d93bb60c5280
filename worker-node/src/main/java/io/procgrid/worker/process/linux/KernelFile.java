package io.procgrid.worker.process.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Files of /proc and of cgroupfs: short, read whole, written by one call, errors told apart. */
public final class KernelFile {
  private static final int FIRST_SIZE = 4096;

  private KernelFile() {}

  /** Reads all of it. */
  public static String read(String path) throws SystemCallException {
    try (Descriptor file = Descriptor.openToRead(path)) {
      byte[] bytes = new byte[FIRST_SIZE];
      int length = 0;
      while (true) {
        int count = file.read(bytes, length);
        if (count == 0) {
          return new String(bytes, 0, length, StandardCharsets.UTF_8);
        }
        length += count;
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, 2 * length);
        }
      }
    }
  }

  /** Writes the text by one call. */
  public static void write(String path, String text) throws SystemCallException {
    try (Descriptor file = Descriptor.openToWrite(path)) {
      file.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
