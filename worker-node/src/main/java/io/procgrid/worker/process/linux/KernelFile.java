package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Files of /proc and of cgroupfs: short, read whole, written by one call, errors told apart. */
public final class KernelFile {
  private static final int FIRST_SIZE = 4096;

  private static final MethodHandle MKDIR =
      NativeFunctions.function("mkdir", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

  private KernelFile() {}

  /**
   * Makes a folder.
   *
   * @throws SystemCallException EEXIST: there is something of that name
   */
  public static void makeFolder(Path path) throws SystemCallException {
    long result =
        NativeFunctions.call((arena, errno) ->
            (int) MKDIR.invokeExact(errno, arena.allocateFrom(path.toString()), 0755));
    SystemCallException.check("mkdir", path.toString(), result);
  }

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
