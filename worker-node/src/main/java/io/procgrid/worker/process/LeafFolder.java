package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.FolderLock;
import io.procgrid.worker.process.linux.KernelFile;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a worker's leaves, {@code procgrid-<identity>}. Its worker holds a shared lock on
 * it while it lives; who gets the lock alone knows that there is no such worker. A mark on the
 * folder says that this can be relied on: workers of old took no lock.
 */
final class LeafFolder implements AutoCloseable {
  static final String PREFIX = "procgrid-";

  private static final Logger log = LoggerFactory.getLogger(LeafFolder.class);
  private static final String LOCKED = "user:procgrid.locked";
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Path path;
  private final FolderLock lock;

  private LeafFolder(Path path, FolderLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Opens the folder of a worker, made first when there is none: below the worker's own cgroup, so
   * that it stays where the host wants it; else at the top.
   *
   * @throws IOException it cannot be made here, or another worker is clearing it away for long
   */
  static LeafFolder open(CgroupMount mount, String identity) throws IOException {
    String failure = "no cgroup can be made";
    for (Path parent : List.of(mount.own(), mount.mountPoint())) {
      Path folder = parent.resolve(PREFIX + identity);
      try {
        make(folder);
      } catch (SystemCallException e) {
        failure = e.getMessage();
        continue;
      }
      if (Files.exists(folder.resolve("cgroup.kill"))) {
        return lock(folder);
      }
      Files.delete(folder);
      failure = "the kernel has no cgroup.kill (Linux 5.14 or newer is needed)";
    }
    throw new IOException(failure);
  }

  private static void make(Path folder) throws SystemCallException {
    try {
      KernelFile.makeFolder(folder);
    } catch (SystemCallException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      // An earlier process of this worker made it.
    }
  }

  private static LeafFolder lock(Path folder) throws IOException {
    Backoff backoff = new Backoff(FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
    long start = System.nanoTime();
    while (System.nanoTime() - start < PATIENCE_NANOS) {
      Optional<FolderLock> lock = FolderLock.tryShared(folder);
      if (lock.isPresent()) {
        mark(folder);
        return new LeafFolder(folder, lock.get());
      }
      try {
        backoff.pause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for " + folder, e);
      }
      make(folder); // Who had it alone may have removed it.
    }
    throw new IOException(
        "%s is being cleared away by another worker; start again when it has finished"
            .formatted(folder));
  }

  private static void mark(Path folder) {
    try {
      Files.setAttribute(folder, LOCKED, ByteBuffer.wrap("1".getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException | UnsupportedOperationException e) {
      log.info("{} cannot be marked ({}): other workers will never clear it away", folder, e);
    }
  }

  /** Whether its worker holds the lock while it lives. */
  static boolean isMarked(Path folder) {
    try {
      return Files.getAttribute(folder, LOCKED) != null;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  Path path() {
    return path;
  }

  /** The folders of other workers beside this one. */
  static List<Path> in(Path parent) {
    return CgroupLeaf.below(parent).stream()
        .map(CgroupLeaf::path)
        .filter(folder -> String.valueOf(folder.getFileName()).startsWith(PREFIX))
        .toList();
  }

  /** Gives it back, and removes it unless there are leaves in it. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.debug("{} stays: there are leaves in it", path);
    }
    lock.close();
  }
}
