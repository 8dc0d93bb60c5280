package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tree that nothing of the kernel holds together but the mark its processes inherit, their
 * session and their parentage.
 */
final class SessionTree extends MarkedTree {
  private final SessionMembers members;

  /** A tree; gate is null when an earlier worker launched it. */
  SessionTree(
      Supervision supervision, WatchedProcess leader, ProcessRecord record, @Nullable Gate gate) {
    super(supervision, DescentMark.of(record.place()), leader, record, gate);
    this.members = new SessionMembers(leader);
  }

  @Override
  Sighting look() throws SystemCallException {
    Sighting bySession = members.look();
    Sighting byMark = supervision.descendants().look(mark);
    Set<Integer> live = new LinkedHashSet<>(bySession.live());
    live.addAll(byMark.live());
    return new Sighting(bySession.dead() && byMark.dead() && leader.isDead(), live);
  }

  @Override
  boolean holds(int pid) throws SystemCallException {
    return mark.isOn(pid) || members.includes(pid);
  }

  @Override
  void strike(Set<Integer> live, boolean each) throws SystemCallException {
    leader.kill();
    for (int pid : live) {
      Descendants.kill(pid, () -> holds(pid));
    }
  }
}
