package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.LinuxHost;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one signal to every member of a tree, once each, parents before their children: who sees
 * its children die might end by itself before it is told.
 *
 * <p>A look may miss who is born during it, so more follow. They count only those born before the
 * round began: a child that a member starts because of the signal, to tidy up, is to be spared.
 */
final class SignalRound {
  private static final Logger log = LoggerFactory.getLogger(SignalRound.class);
  private static final int LOOKS = 3;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final MarkedTree tree;
  private final int signal;
  private final Set<Integer> told = new HashSet<>();
  private boolean reached;

  SignalRound(MarkedTree tree, int signal) {
    this.tree = tree;
    this.signal = signal;
  }

  /** Returns whether a member that was alive took it. A look that fails is tried again. */
  boolean run() throws InterruptedException {
    Backoff backoff = new Backoff(FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
    long begun = LinuxHost.ticksSinceBoot();
    int looks = 0;
    while (looks < LOOKS) {
      List<ProcessStat> fresh;
      try {
        fresh = untold(tree.members(), looks == 0 ? Long.MAX_VALUE : begun);
      } catch (SystemCallException e) {
        log.warn("a tree cannot be looked at to be signalled yet: {}", e.getMessage());
        backoff.pause();
        continue;
      }
      if (fresh.isEmpty()) {
        break;
      }
      fresh.forEach(member -> tell(member.pid()));
      looks++;
    }
    return reached;
  }

  /** Those who were not told and were born by then, the eldest first. */
  private List<ProcessStat> untold(Set<Integer> members, long bornBy) {
    return members.stream()
        .filter(pid -> !told.contains(pid))
        .flatMap(pid -> ProcessStat.of(pid).stream())
        .filter(member -> member.startTicks() <= bornBy)
        .sorted(
            Comparator.comparingLong(ProcessStat::startTicks).thenComparingInt(ProcessStat::pid))
        .toList();
  }

  private void tell(int pid) {
    told.add(pid);
    try {
      reached |= Descendants.signal(pid, () -> tree.holds(pid), signal, Pidfd.SIGCONT);
    } catch (SystemCallException e) {
      // Of another user, for example: the kill at the deadline says what stands in its way.
      log.warn("pid {} could not be sent signal {}: {}", pid, signal, e.getMessage());
    }
  }
}
