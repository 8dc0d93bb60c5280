package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tree in a cgroup of its own.
 *
 * <p>It is dead when the leader's pidfd is readable, the leaf and all below it are unpopulated, and
 * a search that began after that finds nobody elsewhere who carries the tree's mark: who may write
 * cgroupfs can move itself out of the leaf, but not out of its descent.
 */
final class CgroupTree extends MarkedTree {
  private final CgroupMount mount;
  private final CgroupLeaf leaf;

  /** A tree; gate is null when an earlier worker launched it. */
  CgroupTree(
      Supervision supervision,
      CgroupMount mount,
      CgroupLeaf leaf,
      WatchedProcess leader,
      ProcessRecord record,
      @Nullable Gate gate) {
    super(supervision, markOf(leaf), leader, record, gate);
    this.mount = mount;
    this.leaf = leaf;
  }

  /** The mark of all processes that begin in a leaf: its name holds a nonce. */
  static DescentMark markOf(CgroupLeaf leaf) {
    return DescentMark.of(leaf.path().toString());
  }

  /** Whether anything is alive in its leaf, be it of another pid namespace. */
  boolean isPopulated() {
    try {
      return leaf.isPopulated();
    } catch (SystemCallException e) {
      return false; // Not seen alive; the proof of death is made by looks.
    }
  }

  @Override
  Sighting look() throws SystemCallException {
    Set<Integer> members = leaf.processes();
    if (!members.isEmpty()) {
      return Sighting.alive(members);
    }
    if (leaf.isPopulated()) {
      return Sighting.DYING;
    }
    Sighting elsewhere = supervision.descendants().look(mark);
    return elsewhere.dead() && !leader.isDead() ? Sighting.DYING : elsewhere;
  }

  @Override
  Set<Integer> members() throws SystemCallException {
    Set<Integer> members = new LinkedHashSet<>(leaf.processes());
    members.addAll(supervision.descendants().look(mark).live());
    return members;
  }

  @Override
  boolean holds(int pid) throws SystemCallException {
    return mark.isOn(pid) || leaf.holds(pid, mount);
  }

  @Override
  void strike(Set<Integer> live, boolean each) throws SystemCallException {
    leader.kill();
    leaf.kill();
    if (each) {
      for (int pid : live) {
        Descendants.kill(pid, () -> holds(pid));
      }
    }
  }

  @Override
  public void dispose() {
    super.dispose();
    supervision.removeWhenReady(leaf.path().toString(), leaf::remove);
  }
}
