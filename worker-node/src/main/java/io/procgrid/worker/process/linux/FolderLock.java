package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * An flock(2) on a folder. It tells whether somebody who is alive has an interest in the folder: no
 * child inherits it, and the kernel drops it with its holder.
 */
public final class FolderLock implements AutoCloseable {
  private static final int LOCK_SH = 1;
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;

  private static final MethodHandle FLOCK =
      NativeFunctions.function("flock", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  private final Descriptor folder;

  private FolderLock(Descriptor folder) {
    this.folder = folder;
  }

  /**
   * Takes it together with others who share it; empty when somebody has it alone, or the folder was
   * removed meanwhile.
   *
   * @throws SystemCallException ENOENT: there is no such folder
   */
  public static Optional<FolderLock> tryShared(Path path) throws SystemCallException {
    return tryLock(path, LOCK_SH);
  }

  /**
   * Takes it alone; empty when anybody has it, or the folder was removed meanwhile.
   *
   * @throws SystemCallException ENOENT: there is no such folder
   */
  public static Optional<FolderLock> tryAlone(Path path) throws SystemCallException {
    return tryLock(path, LOCK_EX);
  }

  private static Optional<FolderLock> tryLock(Path path, int mode) throws SystemCallException {
    Descriptor folder = Descriptor.openToRead(path.toString());
    long result;
    do {
      result =
          NativeFunctions.call(
              (arena, errno) -> (int) FLOCK.invokeExact(errno, folder.number(), mode | LOCK_NB));
    } while (result == -Errno.EINTR);
    boolean mine = result == 0 && isStill(path, folder);
    if (mine) {
      return Optional.of(new FolderLock(folder));
    }
    folder.close();
    if (result != 0 && result != -Errno.EAGAIN) {
      SystemCallException.check("flock", path.toString(), result);
    }
    return Optional.empty();
  }

  /** Whether the path means the folder that was opened: it may have been removed and made anew. */
  private static boolean isStill(Path path, Descriptor folder) {
    try {
      return Objects.equals(
          Files.getAttribute(path, "unix:ino"),
          Files.getAttribute(Path.of("/proc/self/fd/" + folder.number()), "unix:ino"));
    } catch (IOException e) {
      return false;
    }
  }

  /** Gives it back. */
  @Override
  public void close() {
    folder.close();
  }
}
