package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.KernelFile;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * A leaf of cgroups version 2 for each segment. The process is inside before the gate opens, and
 * everything that it starts begins there.
 */
final class CgroupContainment extends SupervisedContainment {
  static final String NAME = "cgroup";

  private final CgroupMount mount;
  private final LeafFolder folder;
  private final CgroupLeftovers leftovers;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * Leaves are made below a folder of cgroupfs.
   *
   * @param folder closed with the containment
   */
  CgroupContainment(
      Supervision supervision, CgroupMount mount, LeafFolder folder, InstantSource clock) {
    super(supervision);
    this.mount = mount;
    this.folder = folder;
    Path own = folder.path();
    this.leftovers =
        new CgroupLeftovers(
            supervision.leaves(ground()),
            mount,
            own,
            Set.copyOf(List.of(mount.mountPoint(), own.resolveSibling("").normalize())));
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean bestEffort() {
    return false;
  }

  @Override
  public ContainedTree launch(SegmentKey segment, LaunchPlan plan) throws LaunchException {
    return supervision.launch(plan, () -> launchInLeaf(segment, plan));
  }

  private MarkedTree launchInLeaf(SegmentKey segment, LaunchPlan plan) throws LaunchException {
    CgroupLeaf leaf = createLeaf(segment, plan);
    try {
      return launch(plan, leaf);
    } catch (LaunchException e) {
      supervision.removeWhenReady(leaf.path().toString(), leaf::remove);
      throw e;
    }
  }

  private MarkedTree launch(LaunchPlan plan, CgroupLeaf leaf) throws LaunchException {
    Launcher.Held held = supervision.launcher().launch(plan);
    WatchedProcess leader = held.process();
    supervision.contain(plan, held, CgroupTree.markOf(leaf), () -> leaf.enter(leader.pid()));
    ProcessRecord record =
        new ProcessRecord(
            NAME,
            leader.pid(),
            leader.startTicks(),
            supervision.bootId(),
            leaf.path().toString(),
            clock.millis());
    return new CgroupTree(supervision, mount, leaf, leader, record, held.gate());
  }

  @Override
  public Ground ground() {
    return new Ground(NAME, folder.path().toString());
  }

  @Override
  public Leftovers leftovers() {
    return leftovers;
  }

  private CgroupLeaf createLeaf(SegmentKey segment, LaunchPlan plan) throws LaunchException {
    while (true) {
      CgroupLeaf leaf = CgroupLeaf.of(folder.path(), segment, random.nextLong());
      try {
        KernelFile.makeFolder(leaf.path());
        return leaf;
      } catch (SystemCallException e) {
        if (e.errno() == Errno.EEXIST) {
          continue; // Taken: another name, never another's leaf.
        }
        throw new LaunchException(
            "cannot start "
                + plan.executable()
                + ": no cgroup for it: "
                + e.getMessage()
                + "; check cgroup.max.descendants and the rights of the worker's user",
            e);
      }
    }
  }

  @Override
  public void close() {
    super.close();
    folder.close();
  }
}
