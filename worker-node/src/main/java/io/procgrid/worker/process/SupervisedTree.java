package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.SystemCallException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all trees have in common: look and strike in turn, until a look proves the tree dead.
 *
 * <p>INVARIANT: only {@link #look()} proves death. A signal that was sent proves nothing, and
 * neither does a look that failed.
 */
abstract class SupervisedTree implements ContainedTree {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long LONGEST_KILL_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_BLOCKED_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_WAIT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final ProcessRecord record;
  private final Duration blockedAfter;
  private final ReentrantLock killing = new ReentrantLock();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  // Guarded by killing; kept when a killer gives up and the next one takes over.
  private final Set<Integer> seen = new HashSet<>();
  private @Nullable TreeDeath death;

  SupervisedTree(ProcessRecord record, Duration blockedAfter) {
    this.record = record;
    this.blockedAfter = blockedAfter;
  }

  /** Looks for what is alive. May find nobody and still prove nothing. */
  abstract Sighting look() throws SystemCallException;

  /**
   * Kills what a look found, and all of the tree that can be killed by one stroke.
   *
   * @param each whether to kill each process by itself too, because one stroke was not enough
   */
  abstract void strike(Set<Integer> live, boolean each) throws SystemCallException;

  /**
   * Waits a moment for the first stroke to take effect.
   *
   * @return whether it is worth a look at once
   */
  abstract boolean awaitEffect() throws SystemCallException;

  /** Why a process that was struck may still be alive. */
  abstract String obstacle(int pid);

  /** Called when the tree was proven dead; may be called again. */
  abstract void settle();

  @Override
  public ProcessRecord record() {
    return record;
  }

  @Override
  public TreeDeath kill(Consumer<String> blocked) throws InterruptedException {
    listeners.add(blocked);
    try {
      killing.lockInterruptibly();
      try {
        TreeDeath known = death;
        if (known == null) {
          known = killUntilDead();
          death = known;
        }
        return known;
      } finally {
        killing.unlock();
      }
    } finally {
      listeners.remove(blocked);
    }
  }

  @Override
  public void awaitEmpty() throws InterruptedException {
    awaitExit(leaderExit());
    Backoff backoff = new Backoff(FIRST_PAUSE_NANOS, LONGEST_WAIT_PAUSE_NANOS);
    while (!isEmpty()) {
      backoff.pause();
    }
    settle();
  }

  private TreeDeath killUntilDead() throws InterruptedException {
    long start = System.nanoTime();
    Backoff backoff = new Backoff(FIRST_PAUSE_NANOS, LONGEST_KILL_PAUSE_NANOS);
    boolean patient = true;
    String told = "";
    for (int round = 0; ; round++) {
      String failure = "";
      Sighting sighting = Sighting.DYING;
      try {
        sighting = look();
        seen.addAll(sighting.live());
        if (sighting.dead()) {
          settle();
          return new TreeDeath(!seen.isEmpty(), seen.size());
        }
        strike(sighting.live(), round > 0);
        if (round == 0 && awaitEffect()) {
          continue;
        }
      } catch (SystemCallException e) {
        failure = e.getMessage();
      }
      if (System.nanoTime() - start >= blockedAfter.toNanos()) {
        if (patient) {
          patient = false;
          backoff = new Backoff(LONGEST_KILL_PAUSE_NANOS, LONGEST_BLOCKED_PAUSE_NANOS);
        }
        told = tell(told, reason(sighting, failure));
      }
      backoff.pause();
    }
  }

  private String tell(String told, String reason) {
    if (!reason.equals(told)) {
      listeners.forEach(listener -> listener.accept(reason));
    }
    return reason;
  }

  private String reason(Sighting sighting, String failure) {
    StringBuilder reason = new StringBuilder("not proven dead");
    sighting.live().stream()
        .sorted()
        .limit(3)
        .forEach(pid -> reason.append("; ").append(obstacle(pid)));
    if (sighting.live().size() > 3) {
      reason.append("; and ").append(sighting.live().size() - 3).append(" more");
    }
    if (!failure.isEmpty()) {
      reason.append("; ").append(failure);
    } else if (sighting.live().isEmpty()) {
      reason.append("; its last processes have not finished dying");
    }
    return reason.toString();
  }

  private boolean isEmpty() {
    try {
      return look().dead();
    } catch (SystemCallException e) {
      return false; // What could not be looked at is not proven; the next look may tell.
    }
  }

  private static void awaitExit(CompletableFuture<ExitStatus> exit) throws InterruptedException {
    try {
      exit.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the exit of a leader never completes exceptionally", e);
    }
  }
}
