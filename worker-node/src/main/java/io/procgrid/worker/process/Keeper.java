package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parent of a leader, a tiny process that is stopped before the leader begins and so never
 * comes to wait for it. The kernel keeps how the leader ended for as long as the keeper is there,
 * whether a worker runs or not.
 *
 * <pre>
 *   waiting ──hold()──► stopped ──dismiss()──► gone; the leader falls to its sub-reaper
 * </pre>
 *
 * Anybody may kill it at any time. The leader goes on then; only the status is less safe.
 */
final class Keeper {
  private static final Logger log = LoggerFactory.getLogger(Keeper.class);
  private static final int MOMENT_MILLIS = 1;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final int pid;
  private @Nullable Pidfd process;

  /** Takes a process; the pidfd, null when there is none, is closed with it. */
  Keeper(int pid, @Nullable Pidfd process) {
    this.pid = pid;
    this.process = process;
  }

  /** Stands for the keeper of a leader that has none, or none any more. */
  static Keeper absent() {
    return new Keeper(0, null);
  }

  /** Whether there is one, as far as this worker knows. */
  synchronized boolean isPresent() {
    return process != null;
  }

  /** Stops it, and returns when it is stopped. */
  void hold() {
    try {
      if (!stop()) {
        return;
      }
      // Only a keeper that was seen to be stopped cannot be on its way to wait for the leader.
      Backoff backoff = new Backoff(FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
      long start = System.nanoTime();
      while (ProcessStat.of(pid)
          .filter(stat -> !stat.isStopped() && !stat.isEnding())
          .isPresent()) {
        if (System.nanoTime() - start > LONGEST_WAIT_NANOS) {
          log.warn(
              "keeper pid {} does not stop: the exit status of its proc is lost if that ends while"
                  + " no worker runs",
              pid);
          return;
        }
        backoff.pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SystemCallException e) {
      log.warn("keeper pid {} cannot be stopped: {}", pid, e.getMessage());
    }
  }

  private synchronized boolean stop() throws SystemCallException {
    return process != null && process.signal(Pidfd.SIGSTOP);
  }

  /** Ends it; returns whether it is gone, its zombie included where that is this worker's. */
  synchronized boolean dismiss() {
    if (process == null) {
      return true;
    }
    try {
      process.signal(Pidfd.SIGKILL);
      if (!process.awaitDeath(MOMENT_MILLIS)) {
        return false;
      }
      reap(process);
    } catch (SystemCallException e) {
      log.warn("keeper pid {} cannot be ended: {}", pid, e.getMessage());
      return false;
    }
    process.close();
    process = null;
    return true;
  }

  private static void reap(Pidfd process) throws SystemCallException {
    try {
      process.reap();
    } catch (SystemCallException e) {
      if (e.errno() != Errno.ECHILD) {
        throw e;
      }
      // An earlier worker started it: by now it is a child of init, which waits for it.
    }
  }
}
