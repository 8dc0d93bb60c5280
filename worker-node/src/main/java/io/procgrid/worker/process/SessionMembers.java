package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.ProcessTable;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to a leader by session or by parentage, as far as scans of /proc have seen. Parentage
 * is remembered: who was seen as a descendant stays one when its parents are gone.
 */
final class SessionMembers {
  private final WatchedProcess leader;
  // Pid to start time, so that a pid that is used again does not count.
  private final Map<Integer, Long> known = new HashMap<>();

  SessionMembers(WatchedProcess leader) {
    this.leader = leader;
    known.put(leader.pid(), leader.startTicks());
  }

  /** Looks once more; never proves by itself that a process that was born meanwhile is dead. */
  synchronized Sighting look() throws SystemCallException {
    Map<Integer, ProcessStat> table = new HashMap<>();
    for (int pid : ProcessTable.pids()) {
      ProcessStat.of(pid).ifPresent(stat -> table.put(pid, stat));
    }
    known.entrySet().removeIf(entry -> !isSame(table.get(entry.getKey()), entry.getValue()));
    learn(table);
    Set<Integer> live = new LinkedHashSet<>();
    boolean dead = true;
    for (int pid : known.keySet()) {
      if (!isGone(pid)) {
        dead = false;
        if (!ProcessStat.isEnding(pid)) {
          live.add(pid);
        }
      }
    }
    return new Sighting(dead, live);
  }

  /** Whether a pid still means the process that was seen. */
  synchronized boolean includes(int pid) {
    Long startTicks = known.get(pid);
    return startTicks != null && isSame(ProcessStat.of(pid).orElse(null), startTicks);
  }

  private void learn(Map<Integer, ProcessStat> table) throws SystemCallException {
    // While the leader is there, be it as a zombie, its pid names no other session.
    boolean sessionIsOurs = known.containsKey(leader.pid());
    List<ProcessStat> fresh = new ArrayList<>(table.values());
    boolean grew = true;
    while (grew) {
      grew = false;
      for (ProcessStat stat : fresh) {
        boolean belongs =
            known.containsKey(stat.parent()) || (sessionIsOurs && stat.session() == leader.pid());
        if (belongs && known.putIfAbsent(stat.pid(), stat.startTicks()) == null) {
          grew = true;
        }
      }
    }
  }

  private boolean isGone(int pid) throws SystemCallException {
    return pid == leader.pid() ? leader.isDead() : ProcessStat.isDead(pid);
  }

  private static boolean isSame(@Nullable ProcessStat stat, long startTicks) {
    return stat != null && stat.startTicks() == startTicks;
  }
}
