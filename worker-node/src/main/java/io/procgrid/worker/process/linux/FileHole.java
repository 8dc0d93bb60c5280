package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Gives the beginning of a file back to the file system: it reads as zeros and takes no space, the
 * length stays, and who appends to the file does not notice.
 */
public final class FileHole {
  private static final int FALLOC_FL_KEEP_SIZE = 1;
  private static final int FALLOC_FL_PUNCH_HOLE = 2;

  private static final MethodHandle FALLOCATE =
      NativeFunctions.function(
          "fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

  private FileHole() {}

  /**
   * Releases the first bytes of a file, those released before included.
   *
   * @param length more than 0; blocks of the file system that it covers in part stay, zeroed so far
   * @throws SystemCallException EOPNOTSUPP, ENOSYS: the file system has no holes; ENOENT: there is
   *     no such file
   */
  public static void punch(Path file, long length) throws SystemCallException {
    try (Descriptor descriptor = Descriptor.openToWrite(file.toString())) {
      long result;
      do {
        result =
            NativeFunctions.call((arena, errno) ->
                (int)
                    FALLOCATE.invokeExact(
                        errno,
                        descriptor.number(),
                        FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                        0L,
                        length));
      } while (result == -Errno.EINTR);
      SystemCallException.check("fallocate", file.toString(), result);
    }
  }
}
