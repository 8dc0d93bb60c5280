package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tree in a pid namespace of its own.
 *
 * <pre>
 *   unshare (outer) ──► sh, pid 1 of the namespace (init) ──► keeper ──► user's program (leader)
 * </pre>
 *
 * The kernel kills everything in the namespace when its init dies, and lets the init's pidfd become
 * readable only after that: this is the proof.
 */
final class NamespaceTree extends MarkedTree {
  private final WatchedProcess outer;
  private final WatchedProcess init;

  /** A tree; gate is null when an earlier worker launched it. */
  NamespaceTree(
      Supervision supervision,
      WatchedProcess outer,
      WatchedProcess init,
      WatchedProcess leader,
      ProcessRecord record,
      @Nullable Gate gate) {
    super(
        supervision,
        DescentMark.of(NamespacePlace.parse(record.place()).nonce()),
        leader,
        record,
        gate);
    this.outer = outer;
    this.init = init;
  }

  /** Finds a namespace again by its record. */
  static NamespaceTree adopt(Supervision supervision, ProcessRecord record)
      throws SystemCallException {
    NamespacePlace place = NamespacePlace.parse(record.place());
    DescentMark mark = DescentMark.of(place.nonce());
    WatchedProcess outer = found(place.outerPid(), place.outerStart());
    WatchedProcess init = found((int) record.pid(), record.startTicks());
    WatchedProcess leader =
        WatchedProcess.again(
            place.leaderPid(),
            place.leaderStart(),
            parent -> keeper(supervision, parent, init.pid(), mark));
    supervision.descendants().register(mark, outer);
    supervision.exits().watch(leader);
    return new NamespaceTree(supervision, outer, init, leader, record, null);
  }

  /** Workers of old gave it the mark of the tree, as they did to the init, which keeps nothing. */
  private static Keeper keeper(Supervision supervision, int pid, int init, DescentMark tree)
      throws SystemCallException {
    Keeper keeper = supervision.launcher().keepers().find(pid);
    return keeper.isPresent() || pid == init ? keeper : Keepers.find(pid, tree);
  }

  private static WatchedProcess found(int pid, long startTicks) throws SystemCallException {
    return WatchedProcess.again(pid, startTicks, parent -> Keeper.absent());
  }

  @Override
  Sighting look() throws SystemCallException {
    if (init.isDead()) {
      return outer.isDead() ? Sighting.DEAD : Sighting.DYING;
    }
    Set<Integer> live = new LinkedHashSet<>();
    for (int pid : supervision.descendants().look(mark).live()) {
      if (isOfUser(pid)) {
        live.add(pid);
      }
    }
    if (live.isEmpty() && leader.isDead()) {
      // The init waits for the keeper, and ends when it is alone.
      leader.letGo();
    }
    return Sighting.alive(live);
  }

  /**
   * Outer, init and the init's helpers share the outer's session; the leader left it before its
   * gate, and nobody can go back.
   */
  private boolean isOfUser(int pid) {
    return ProcessStat.of(pid).filter(stat -> stat.session() != outer.pid()).isPresent();
  }

  @Override
  boolean holds(int pid) throws SystemCallException {
    return mark.isOn(pid) && isOfUser(pid);
  }

  @Override
  void strike(Set<Integer> live, boolean each) throws SystemCallException {
    init.kill();
    if (each) {
      outer.kill();
    }
  }

  @Override
  boolean awaitEffect() throws SystemCallException {
    return init.awaitDeath();
  }

  @Override
  void finish() {
    super.finish();
    init.finish();
    outer.finish();
  }
}
