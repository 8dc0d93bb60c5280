package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.ProcessTable;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A keeper whose worker is gone. Being stopped it never ends by itself: somebody has to end it.
 *
 * @param pid its pid
 * @param startTicks its start time, clock ticks since boot
 * @param mark that of the keepers of its worker
 */
record LeftKeeper(int pid, long startTicks, DescentMark mark) {
  private static final Logger log = LoggerFactory.getLogger(LeftKeeper.class);

  /** All that carry the mark and are alive. */
  static List<LeftKeeper> all(DescentMark mark) throws SystemCallException {
    List<LeftKeeper> keepers = new ArrayList<>();
    for (int pid : ProcessTable.marked().getOrDefault(mark.value(), List.of())) {
      ProcessStat.of(pid)
          .map(stat -> new LeftKeeper(pid, stat.startTicks(), mark))
          .filter(keeper -> !keeper.isOver())
          .ifPresent(keepers::add);
    }
    return keepers;
  }

  /** Whether it keeps one of the leaders that are recorded so. */
  boolean keepsOneOf(Set<ProcessRecord> records) throws SystemCallException {
    return keeps(leader -> records.stream().anyMatch(record -> isLeaderOf(record, leader)));
  }

  private static boolean isLeaderOf(ProcessRecord record, ProcessStat stat) {
    if (record.containment().equals(NamespaceContainment.NAME)) {
      NamespacePlace place = NamespacePlace.parse(record.place());
      return place.leaderPid() == stat.pid() && place.leaderStart() == stat.startTicks();
    }
    return record.pid() == stat.pid() && record.startTicks() == stat.startTicks();
  }

  /** Whether it keeps such a leader, alive or dead. */
  boolean keeps(Predicate<ProcessStat> leader) throws SystemCallException {
    return ProcessTable.childrenOf(pid).stream()
        .map(ProcessStat::of)
        .flatMap(Optional::stream)
        .anyMatch(leader);
  }

  /**
   * Ends it, unless what it keeps is alive.
   *
   * @return whether it is gone; else it is to be tried again
   */
  boolean end() {
    if (isOver()) {
      return true;
    }
    try {
      if (keeps(leader -> !ProcessStat.isDead(leader.pid()))) {
        return false;
      }
      Descendants.kill(pid, () -> !isOver() && mark.isOn(pid));
    } catch (SystemCallException e) {
      log.debug("keeper pid {} cannot be ended: {}", pid, e.getMessage());
    }
    return isOver();
  }

  private boolean isOver() {
    return ProcessStat.isDead(pid)
        || ProcessStat.of(pid).filter(stat -> stat.startTicks() == startTicks).isEmpty();
  }
}
