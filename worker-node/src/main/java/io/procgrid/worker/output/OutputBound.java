package io.procgrid.worker.output;

import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.FileHole;
import io.procgrid.worker.process.linux.LinuxHost;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a proc that writes without end from filling the disk: of each output file the latest bytes
 * stay, and the oldest are released to the file system. The process writes on undisturbed.
 *
 * <p>Each file is looked at every second, so it takes what is kept, a sixteenth more, and what is
 * written in a second. Off Linux, and where the file system cannot release bytes, files are not
 * bounded; that is logged once.
 */
public final class OutputBound implements AutoCloseable {
  /**
   * What is kept of a file at least, bytes. {@link OutputTail} reads no further back, so a larger
   * value in a later version would have it read what an earlier version released.
   */
  public static final long KEPT_BYTES = 64L * 1024 * 1024;

  private static final Logger log = LoggerFactory.getLogger(OutputBound.class);
  private static final long INTERVAL_MILLIS = 1_000;

  private final long keptBytes;
  private final long grain;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("output-bound").daemon(true).factory());

  /** The files that grow, and how many bytes of each were released when it was last looked at. */
  private final Map<Path, Long> released = new ConcurrentHashMap<>();

  private final AtomicBoolean failureTold = new AtomicBoolean();
  private volatile boolean possible = true;

  /**
   * Bounds nothing before {@link #start()}.
   *
   * @param keptBytes what is kept of a file at least; 64 KiB or more, so that what is released are
   *     whole blocks of the file system
   */
  public OutputBound(long keptBytes) {
    this.keptBytes = keptBytes;
    this.grain = keptBytes / 16;
  }

  /** Begins to look at the files each second. */
  public void start() {
    Optional<String> unsupported = LinuxHost.unsupported();
    if (unsupported.isPresent()) {
      giveUp(unsupported.get());
      return;
    }
    var _ =
        timer.scheduleWithFixedDelay(
            this::look, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Takes a file that grows from now on, or goes on growing; it need not be there yet. */
  public void watch(Path file) {
    released.putIfAbsent(file, 0L);
  }

  /** Looks at a file for the last time: nobody writes to it any more. */
  public void settle(Path file) {
    released.remove(file);
    release(file, 0);
  }

  void look() {
    try {
      released.replaceAll(this::release);
    } catch (RuntimeException e) {
      log.error("output files are not bounded this time", e);
    }
  }

  /**
   * Releases what is older than the bytes to keep.
   *
   * @param before bytes that were released when the file was last looked at
   * @return bytes that are released now
   */
  private long release(Path file, long before) {
    if (!possible) {
      return before;
    }
    try {
      long end = releasable(file);
      // A file that was cut short meanwhile begins anew.
      if (end > 0 && end != before) {
        FileHole.punch(file, end);
      }
      return end;
    } catch (NoSuchFileException e) {
      return before; // Not there yet, or forgotten meanwhile.
    } catch (SystemCallException e) {
      failed(file, e);
      return before;
    } catch (IOException e) {
      tell(file, e);
      return before;
    }
  }

  /** Whatever a proc has put in the place of its file, a pipe for instance, is left alone. */
  private long releasable(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    long surplus = attributes.isRegularFile() ? attributes.size() - keptBytes : 0;
    return surplus > 0 ? surplus / grain * grain : 0;
  }

  private void failed(Path file, SystemCallException failure) {
    switch (failure.errno()) {
      case Errno.EOPNOTSUPP, Errno.ENOSYS -> giveUp(failure.getMessage());
      case Errno.ENOENT -> {} // Forgotten meanwhile.
      default -> tell(file, failure);
    }
  }

  private void giveUp(String reason) {
    if (possible) {
      possible = false;
      log.warn(
          "the output of procs is not bounded and may fill the disk: {}; put the worker's --data-dir"
              + " on a local Linux file system such as ext4, XFS or tmpfs to have it bounded",
          reason);
    }
  }

  private void tell(Path file, IOException failure) {
    if (failureTold.compareAndSet(false, true)) {
      log.warn(
          "{} may grow beyond its bound: its oldest bytes cannot be released: {}; it is tried each"
              + " second, and this is not said again",
          file,
          failure.toString());
    }
  }

  /** Looks no more. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
