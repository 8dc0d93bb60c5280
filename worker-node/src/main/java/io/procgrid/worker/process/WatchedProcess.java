package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.SystemCallException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A process held by its pidfd, and how it ended.
 *
 * <pre>
 *   running ──exits──► ended: status known, still a zombie ──finish()──► reaped, pidfd closed
 * </pre>
 *
 * A child stays a zombie until its tree is dead: until then its pid, and with it the number of its
 * session, cannot come to mean another process.
 */
final class WatchedProcess {
  private static final int MOMENT_MILLIS = 1;
  private static final Duration LONGEST_STATUS_WAIT = Duration.ofSeconds(5);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final int pid;
  private final long startTicks;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final Supplier<Optional<ExitStatus>> hearsay;
  private @Nullable Pidfd pidfd;

  private WatchedProcess(
      int pid, long startTicks, @Nullable Pidfd pidfd, Supplier<Optional<ExitStatus>> hearsay) {
    this.pid = pid;
    this.startTicks = startTicks;
    this.pidfd = pidfd;
    this.hearsay = hearsay;
  }

  /** Takes a child of this process that nobody has waited for yet. */
  static WatchedProcess child(int pid) throws SystemCallException {
    Pidfd pidfd = Pidfd.open(pid);
    long startTicks = ProcessStat.of(pid).map(ProcessStat::startTicks).orElse(0L);
    return new WatchedProcess(pid, startTicks, pidfd, Optional::empty);
  }

  /**
   * Finds a process again. When the pid is free, or means another process by now, what is returned
   * is over.
   *
   * @param hearsay what another process says of its end, for kernels that do not tell it
   */
  static WatchedProcess again(int pid, long startTicks, Supplier<Optional<ExitStatus>> hearsay)
      throws SystemCallException {
    if (pid <= 0) {
      return gone(pid, startTicks, "its pid was never known");
    }
    Pidfd pidfd;
    try {
      pidfd = Pidfd.open(pid);
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ESRCH) {
        return gone(pid, startTicks, "it ended while no worker ran");
      }
      throw e;
    }
    // Asked after the open: while the pidfd shows this start time it is the process that is meant.
    Optional<ProcessStat> stat = ProcessStat.of(pid);
    if (stat.isEmpty() || stat.get().startTicks() != startTicks) {
      pidfd.close();
      return gone(pid, startTicks, "it ended while no worker ran");
    }
    return new WatchedProcess(pid, startTicks, pidfd, hearsay);
  }

  /** A process that is over, its status lost. */
  static WatchedProcess gone(int pid, long startTicks, String reason) {
    WatchedProcess process = new WatchedProcess(pid, startTicks, null, Optional::empty);
    process.exit.complete(new ExitStatus.Lost("exit status unknown: " + reason));
    return process;
  }

  int pid() {
    return pid;
  }

  long startTicks() {
    return startTicks;
  }

  CompletableFuture<ExitStatus> exit() {
    return exit;
  }

  /** Registers the pidfd at the watcher, unless it is over already. */
  synchronized void watch(Registration registration) throws SystemCallException {
    if (pidfd != null) {
      registration.add(pidfd);
    }
  }

  /** Where a pidfd is registered. */
  interface Registration {
    void add(Pidfd pidfd) throws SystemCallException;
  }

  /** Whether every thread of it is over. */
  synchronized boolean isDead() throws SystemCallException {
    return pidfd == null || pidfd.isDead();
  }

  /**
   * Waits up to 1 ms for its end, and returns whether it seems to have come. That is ten times what
   * a SIGKILL takes on an idle host, and short enough to keep a carrier thread for.
   */
  boolean awaitDeath() throws SystemCallException {
    Pidfd process;
    synchronized (this) {
      process = pidfd;
    }
    // Not under the lock, which the exit watcher needs: so this is a hint and no proof.
    return process == null || process.awaitDeath(MOMENT_MILLIS);
  }

  /** Sends SIGKILL, if it is there to take it. */
  synchronized void kill() throws SystemCallException {
    if (pidfd != null) {
      pidfd.signal(Pidfd.SIGKILL);
    }
  }

  /**
   * Completes {@link #exit()} now that the pidfd is readable; never blocks.
   *
   * @param executor where those who wait for the exit go on
   */
  void settle(Executor executor) {
    Optional<ExitStatus> status = status();
    if (status.isPresent()) {
      exit.completeAsync(status::get, executor);
    } else {
      executor.execute(this::awaitStatus);
    }
  }

  /**
   * Called when the tree is dead: completes {@link #exit()}, reaps, and closes the pidfd. Does
   * nothing while the process lives.
   */
  void finish() {
    ExitStatus status = reapAndClose();
    if (status != null) {
      exit.complete(status);
    }
  }

  private synchronized @Nullable ExitStatus reapAndClose() {
    if (pidfd == null) {
      return null;
    }
    ExitStatus status;
    try {
      Optional<ExitStatus> reaped = pidfd.isDead() ? pidfd.reap() : Optional.empty();
      if (reaped.isEmpty()) {
        return null; // It lives, or a debugger has to let go of the zombie first.
      }
      status = reaped.get();
    } catch (SystemCallException e) {
      status = information(pidfd).orElseGet(WatchedProcess::lost); // Not a child of this worker.
    }
    pidfd.close();
    pidfd = null;
    return status;
  }

  private synchronized Optional<ExitStatus> status() {
    if (pidfd == null) {
      return Optional.empty();
    }
    try {
      return pidfd.peek();
    } catch (SystemCallException e) {
      return information(pidfd); // Not a child: told once its parent has reaped it.
    }
  }

  private Optional<ExitStatus> information(Pidfd process) {
    return process.exitInformation().or(hearsay);
  }

  private void awaitStatus() {
    Backoff backoff = new Backoff(FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
    long start = System.nanoTime();
    try {
      while (!exit.isDone() && System.nanoTime() - start < LONGEST_STATUS_WAIT.toNanos()) {
        status().ifPresent(exit::complete);
        backoff.pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exit.complete(lost());
  }

  private static ExitStatus lost() {
    return new ExitStatus.Lost(
        "exit status unknown: the worker that started it is gone, and the kernel tells it only to"
            + " that one");
  }
}
