package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A tree that nothing of the kernel holds together but the mark its processes inherit, their
 * session and their parentage.
 */
final class SessionTree extends SupervisedTree {
  private final Supervision supervision;
  private final DescentMark mark;
  private final WatchedProcess leader;
  private final SessionMembers members;
  private final @Nullable Gate gate;

  /** A tree; gate is null when an earlier worker launched it. */
  SessionTree(
      Supervision supervision, WatchedProcess leader, ProcessRecord record, @Nullable Gate gate) {
    super(record, supervision.blockedAfter());
    this.supervision = supervision;
    this.mark = DescentMark.of(record.place());
    this.leader = leader;
    this.members = new SessionMembers(leader);
    this.gate = gate;
  }

  @Override
  public void release() {
    if (gate != null) {
      gate.open();
    }
  }

  @Override
  public CompletableFuture<ExitStatus> leaderExit() {
    return leader.exit();
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
  void strike(Set<Integer> live, boolean each) throws SystemCallException {
    leader.kill();
    for (int pid : live) {
      Descendants.kill(pid, () -> mark.isOn(pid) || members.includes(pid));
    }
  }

  @Override
  boolean awaitEffect() throws SystemCallException {
    return leader.awaitDeath();
  }

  @Override
  String obstacle(int pid) {
    return supervision.obstacle(pid);
  }

  @Override
  void settle() {
    leader.finish();
    if (gate != null) {
      gate.close();
    }
    supervision.descendants().unregister(mark);
  }

  @Override
  public void dispose() {
    settle();
  }
}
