package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.ProcessTable;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds the processes of a tree wherever they are, by the mark they inherited, and reaps what the
 * trees orphaned to this worker.
 *
 * <p>One search of /proc serves everybody who asked before it began.
 */
final class Descendants {
  private final Map<Long, WatchedProcess> leaders = new ConcurrentHashMap<>();
  // Their last zombies may reach this worker after the proof of death.
  private final Set<Long> dead = ConcurrentHashMap.newKeySet();
  private final ReentrantLock searching = new ReentrantLock();
  private final AtomicLong begun = new AtomicLong();
  private long succeeded;
  private Map<Long, List<Integer>> latest = Map.of();

  /** From now on the mark's orphans are reaped here, its leader is not. */
  void register(DescentMark mark, WatchedProcess leader) {
    leaders.put(mark.value(), leader);
  }

  /** The mark's tree is dead: only its last zombies are still to be reaped. */
  void unregister(DescentMark mark) {
    dead.add(mark.value());
  }

  /** Looks for all processes that carry the mark, by a search that begins after this call. */
  Sighting look(DescentMark mark) throws SystemCallException {
    Set<Integer> live = new LinkedHashSet<>();
    boolean dead = true;
    for (int pid : search().getOrDefault(mark.value(), List.of())) {
      if (isDead(mark, pid)) {
        continue;
      }
      dead = false;
      if (!ProcessStat.isEnding(pid)) {
        live.add(pid);
      }
    }
    return new Sighting(dead, live);
  }

  /** Whether a pid means a process that is to be killed. */
  interface Condition {
    boolean holds() throws SystemCallException;
  }

  /** Sends SIGKILL to a process, if the condition holds once its pid cannot change its meaning. */
  static void kill(int pid, Condition condition) throws SystemCallException {
    var _ = signal(pid, condition, Pidfd.SIGKILL);
  }

  /**
   * Sends signals to a process, if the condition holds once its pid cannot change its meaning.
   *
   * @return whether it was alive to take them: sending alone succeeds on a zombie too
   */
  static boolean signal(int pid, Condition condition, int... signals) throws SystemCallException {
    try (Pidfd process = Pidfd.open(pid)) {
      if (!condition.holds()) {
        return false;
      }
      boolean alive = !process.isDead();
      for (int signal : signals) {
        alive &= process.signal(signal);
      }
      return alive;
    } catch (SystemCallException e) {
      ignoreGone(e);
      return false;
    }
  }

  /** Reaps the orphans of all registered trees that are over. */
  void reapOrphans() throws SystemCallException {
    if (leaders.isEmpty()) {
      return;
    }
    Set<Long> deadBefore = Set.copyOf(dead);
    Map<Long, List<Integer>> found = search();
    for (long value : leaders.keySet()) {
      DescentMark mark = new DescentMark(value);
      for (int pid : found.getOrDefault(value, List.of())) {
        isDead(mark, pid);
      }
    }
    for (long value : deadBefore) {
      if (!found.containsKey(value)) {
        leaders.remove(value);
        dead.remove(value);
      }
    }
  }

  /** Looks at one process, and reaps it when it is an orphan of this worker that is over. */
  private boolean isDead(DescentMark mark, int pid) throws SystemCallException {
    try (Pidfd process = Pidfd.open(pid)) {
      // Asked after the open: from here on the pidfd cannot come to mean another process.
      if (!mark.isOn(pid)) {
        return true;
      }
      if (!process.isDead()) {
        return false;
      }
      WatchedProcess leader = leaders.get(mark.value());
      if (leader != null && leader.pid() != pid) {
        reap(process);
      }
      return true;
    } catch (SystemCallException e) {
      ignoreGone(e);
      return true;
    }
  }

  private static void reap(Pidfd process) throws SystemCallException {
    try {
      process.reap();
    } catch (SystemCallException e) {
      if (e.errno() != Errno.ECHILD) {
        throw e;
      }
      // Its parent is another process, which has to wait for it.
    }
  }

  private Map<Long, List<Integer>> search() throws SystemCallException {
    long wanted = begun.get() + 1;
    searching.lock();
    try {
      if (succeeded < wanted) {
        long number = begun.incrementAndGet();
        latest = ProcessTable.marked();
        succeeded = number;
      }
      return latest;
    } finally {
      searching.unlock();
    }
  }

  private static void ignoreGone(SystemCallException e) throws SystemCallException {
    if (e.errno() != Errno.ESRCH) {
      throw e;
    }
  }
}
