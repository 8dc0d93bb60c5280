package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.KernelFile;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A leaf of cgroups version 2 for each segment. The process is inside before the gate opens, and
 * everything that it starts begins there.
 */
final class CgroupContainment implements Containment {
  static final String NAME = "cgroup";

  private static final Logger log = LoggerFactory.getLogger(CgroupContainment.class);

  private final Supervision supervision;
  private final CgroupMount mount;
  private final Path folder;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * Leaves are made below a folder of cgroupfs.
   *
   * @param folder exists
   */
  CgroupContainment(Supervision supervision, CgroupMount mount, Path folder, InstantSource clock) {
    this.supervision = supervision;
    this.mount = mount;
    this.folder = folder;
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

  private ContainedTree launchInLeaf(SegmentKey segment, LaunchPlan plan) throws LaunchException {
    CgroupLeaf leaf = createLeaf(segment, plan);
    try {
      return launch(plan, leaf);
    } catch (LaunchException e) {
      supervision.removeWhenReady(leaf.path().toString(), leaf::remove);
      throw e;
    }
  }

  private ContainedTree launch(LaunchPlan plan, CgroupLeaf leaf) throws LaunchException {
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
  public ContainedTree adopt(SegmentKey segment, ProcessRecord record) {
    return new Adoption(supervision).adopt(record);
  }

  @Override
  public void sweep(Set<ProcessRecord> claimed) {
    supervision.sweepKeepers(claimed);
    Set<Path> claimedLeaves =
        claimed.stream()
            .filter(record -> record.containment().equals(NAME))
            .map(record -> Path.of(record.place()))
            .collect(Collectors.toSet());
    try (DirectoryStream<Path> leaves = Files.newDirectoryStream(folder, Files::isDirectory)) {
      for (Path leaf : leaves) {
        if (!claimedLeaves.contains(leaf)) {
          sweep(new CgroupLeaf(leaf));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      log.warn("what earlier workers left in {} is not all removed: {}", folder, e.toString());
    }
  }

  private static void sweep(CgroupLeaf leaf) throws SystemCallException {
    if (leaf.isPopulated()) {
      log.warn(
          "processes are alive in {} that the journal does not know (pids {}); they are left alone:"
              + " look at them and end them by hand",
          leaf.path(),
          leaf.processes());
    } else if (leaf.remove()) {
      log.info("removed {}, which an earlier worker left empty", leaf.path());
    } else {
      log.info("{} is empty but the kernel is not ready to remove it", leaf.path());
    }
  }

  private CgroupLeaf createLeaf(SegmentKey segment, LaunchPlan plan) throws LaunchException {
    while (true) {
      Path path = folder.resolve(segment + "-" + Long.toHexString(random.nextLong()));
      try {
        KernelFile.makeFolder(path);
        return new CgroupLeaf(path);
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
    supervision.close();
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      log.debug("{} stays: there are leaves in it", folder);
    }
  }
}
