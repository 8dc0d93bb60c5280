package io.procgrid.worker.process;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps files of procs that are just being written apart from processes that are just being
 * started: between fork and exec a child holds every descriptor of this process, and while anybody
 * holds a file open for writing the kernel refuses to execute it (ETXTBSY, "Text file busy").
 *
 * <p>Static, since the descriptors are those of the whole process. Whatever sends a signal does
 * without: a kill waits for nobody's disk.
 */
public final class ForkGuard {
  /** Ends what it was taken for. */
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  // Files may be written beside each other; starting takes no longer than the fork.
  private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock();

  private ForkGuard() {}

  /** To be held while a file that may be executed is open for writing. */
  public static Hold writing() {
    return hold(LOCK.readLock());
  }

  /** To be held from before a fork until the child has executed something. */
  public static Hold forking() {
    return hold(LOCK.writeLock());
  }

  private static Hold hold(Lock lock) {
    lock.lock();
    return lock::unlock;
  }
}
