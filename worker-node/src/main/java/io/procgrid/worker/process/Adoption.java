package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.file.Path;

/** Takes trees back by their records, whichever mechanism launched them. */
final class Adoption {
  private final Supervision supervision;

  Adoption(Supervision supervision) {
    this.supervision = supervision;
  }

  /**
   * Finds what is left of a tree.
   *
   * @throws IllegalStateException it cannot be looked for, or no mechanism of this host made it:
   *     nothing is proven
   */
  ContainedTree adopt(ProcessRecord record) {
    if (!record.bootId().equals(supervision.bootId())) {
      return new DeadTree(record);
    }
    try {
      return switch (record.containment()) {
        case CgroupContainment.NAME -> adoptLeaf(record);
        case NamespaceContainment.NAME -> NamespaceTree.adopt(supervision, record);
        case SessionContainment.NAME -> adoptSession(record);
        default ->
            throw new IllegalStateException(
                "cannot adopt pid "
                    + record.pid()
                    + ": containment \""
                    + record.containment()
                    + "\" is unknown to this version");
      };
    } catch (SystemCallException e) {
      throw new IllegalStateException(
          "cannot adopt pid " + record.pid() + ": " + e.getMessage(), e);
    }
  }

  private ContainedTree adoptLeaf(ProcessRecord record) throws SystemCallException {
    CgroupMount mount =
        CgroupMount.find()
            .orElseThrow(
                () -> new IllegalStateException("cgroup2 is not mounted any more; mount it again"));
    CgroupLeaf leaf = new CgroupLeaf(Path.of(record.place()));
    WatchedProcess leader = leaderOf(record);
    supervision.descendants().register(CgroupTree.markOf(leaf), leader);
    supervision.exits().watch(leader);
    return new CgroupTree(supervision, mount, leaf, leader, record, null);
  }

  private ContainedTree adoptSession(ProcessRecord record) throws SystemCallException {
    WatchedProcess leader = leaderOf(record);
    supervision.descendants().register(DescentMark.of(record.place()), leader);
    supervision.exits().watch(leader);
    return new SessionTree(supervision, leader, record, null);
  }

  private WatchedProcess leaderOf(ProcessRecord record) throws SystemCallException {
    return WatchedProcess.again(
        (int) record.pid(), record.startTicks(), supervision.launcher().keepers()::find);
  }
}
