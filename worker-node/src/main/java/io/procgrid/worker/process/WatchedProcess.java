package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.SystemCallException;
import io.procgrid.worker.process.linux.Zombie;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process held by its pidfd, and how it ended.
 *
 * <pre>
 *   running ──exits──► ended: status known, still a zombie ──letGo()──► reaped, pidfd closed
 * </pre>
 *
 * It stays a zombie until its tree is dead: until then its pid, and with it the number of its
 * session, cannot come to mean another process. A zombie that has a keeper stays until its end is
 * recorded: what another worker would need after a crash.
 */
final class WatchedProcess {
  private static final int MOMENT_MILLIS = 1;
  private static final Duration LONGEST_STATUS_WAIT = Duration.ofSeconds(5);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final String ENDED_UNSEEN =
      "it ended while no worker ran, and its keeper was gone";

  private final int pid;
  private final long startTicks;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final Keeper keeper;
  private final boolean adopted;
  private @Nullable Pidfd pidfd;

  private WatchedProcess(
      int pid, long startTicks, @Nullable Pidfd pidfd, Keeper keeper, boolean adopted) {
    this.pid = pid;
    this.startTicks = startTicks;
    this.pidfd = pidfd;
    this.keeper = keeper;
    this.adopted = adopted;
  }

  /** Takes a child of this process that nobody has waited for yet. */
  static WatchedProcess child(int pid) throws SystemCallException {
    return kept(pid, Keeper.absent());
  }

  /** Takes a process that this worker has brought about and that its parent does not wait for. */
  static WatchedProcess kept(int pid, Keeper keeper) throws SystemCallException {
    Pidfd pidfd = Pidfd.open(pid);
    long startTicks = ProcessStat.of(pid).map(ProcessStat::startTicks).orElse(0L);
    return new WatchedProcess(pid, startTicks, pidfd, keeper, false);
  }

  /** Finds the keeper of a process by its parent. */
  interface KeeperSearch {
    Keeper find(int parent) throws SystemCallException;
  }

  /**
   * Finds a process again that an earlier worker brought about. When the pid is free, or means
   * another process by now, what is returned is over.
   */
  static WatchedProcess again(int pid, long startTicks, KeeperSearch keepers)
      throws SystemCallException {
    if (pid <= 0) {
      return gone(pid, startTicks, "its pid was never known");
    }
    Pidfd pidfd;
    try {
      pidfd = Pidfd.open(pid);
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ESRCH) {
        return gone(pid, startTicks, ENDED_UNSEEN);
      }
      throw e;
    }
    // Asked after the open: while the pidfd shows this start time it is the process that is meant.
    Optional<ProcessStat> stat = ProcessStat.of(pid);
    if (stat.isEmpty() || stat.get().startTicks() != startTicks) {
      pidfd.close();
      return gone(pid, startTicks, ENDED_UNSEEN);
    }
    Keeper keeper = keepers.find(stat.get().parent());
    return new WatchedProcess(pid, startTicks, pidfd, keeper, true);
  }

  /** A process that is over, its status lost. */
  static WatchedProcess gone(int pid, long startTicks, String reason) {
    WatchedProcess process = new WatchedProcess(pid, startTicks, null, Keeper.absent(), true);
    process.exit.complete(new ExitStatus.Lost(reason));
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

  /** From here on its end cannot be overlooked. */
  void keep() {
    keeper.hold();
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
   * Called when the tree is dead: completes {@link #exit()}, and lets go of a process that has no
   * keeper. Does nothing while the process lives.
   */
  void finish() {
    latestStatus().ifPresent(exit::complete);
    if (exit.isDone() && !keeper.isPresent()) {
      reapAndClose();
    }
  }

  /**
   * Ends the keeper, reaps, and closes the pidfd; not before {@link #exit()} is complete.
   *
   * @return whether nothing is left to be done
   */
  boolean letGo() {
    return exit.isDone() && keeper.dismiss() && reapAndClose();
  }

  private synchronized boolean reapAndClose() {
    if (pidfd == null) {
      return true;
    }
    try {
      if (pidfd.reap().isEmpty()) {
        return false; // It lives, or a debugger has to let go of the zombie first.
      }
    } catch (SystemCallException e) {
      // Not a child of this worker: whose it is waits for it.
    }
    pidfd.close();
    pidfd = null;
    return true;
  }

  private synchronized Optional<ExitStatus> status() {
    try {
      if (pidfd == null || !pidfd.isDead()) {
        return Optional.empty();
      }
      return peek(pidfd)
          .or(() -> Zombie.of(pid, startTicks).flatMap(this::statusOf))
          .or(pidfd::exitInformation);
    } catch (SystemCallException e) {
      return Optional.empty();
    }
  }

  private static Optional<ExitStatus> peek(Pidfd process) {
    try {
      return process.peek();
    } catch (SystemCallException e) {
      return Optional.empty(); // Not a child.
    }
  }

  private Optional<ExitStatus> statusOf(Zombie zombie) {
    Optional<ExitStatus> status = zombie.exitStatus();
    boolean atGate = zombie.command().equals(GateShell.NAME);
    if (adopted && atGate && status.filter(GateShell::isOfNothing).isPresent()) {
      return Optional.of(ContainedTree.NEVER_BEGAN);
    }
    return status;
  }

  private void awaitStatus() {
    // Whatever hides how it ended from this worker does not hide it from who has to wait for it.
    keeper.dismiss();
    Backoff backoff = new Backoff(FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
    long start = System.nanoTime();
    try {
      while (!exit.isDone() && System.nanoTime() - start < LONGEST_STATUS_WAIT.toNanos()) {
        latestStatus().ifPresent(exit::complete);
        backoff.pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exit.complete(lost());
  }

  /** The status, which is lost when nothing of the process is left to tell it. */
  private Optional<ExitStatus> latestStatus() {
    boolean isGone = ProcessStat.of(pid).filter(stat -> stat.startTicks() == startTicks).isEmpty();
    return status().or(() -> isGone ? Optional.of(lost()) : Optional.empty());
  }

  private static ExitStatus lost() {
    return new ExitStatus.Lost(
        "another process waited for it, and the kernel tells it to nobody else");
  }
}
