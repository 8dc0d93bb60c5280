package io.procgrid.common.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive lock on {@code DIR/<name>.lock} that a daemon holds while it lives. The kernel
 * drops it when the process ends in whatever way, so it tells the truth where a pid does not.
 */
public final class DaemonLock implements AutoCloseable {
  private final FileChannel channel;

  private DaemonLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Takes the lock, or returns null when another process holds it. */
  public static @Nullable DaemonLock tryAcquire(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean held = false;
    try {
      // The lock lives as long as its channel, which this object owns.
      FileLock lock = channel.tryLock();
      held = lock != null;
      return held ? new DaemonLock(channel) : null;
    } catch (OverlappingFileLockException e) {
      return null;
    } finally {
      if (!held) {
        channel.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
