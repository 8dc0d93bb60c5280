package io.procgrid.worker.process;

import com.google.common.collect.ImmutableSet;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds segments by their leaves, on all grounds that this worker may have used since the boot.
 *
 * <p>That there is no leaf proves death where every ground is one of leaves: only a worker removes
 * a leaf, and only after it has proven its tree dead.
 */
final class LeafSearch {
  private static final Logger log = LoggerFactory.getLogger(LeafSearch.class);

  private final Supervision supervision;
  private final ImmutableSet<Ground> grounds;

  /**
   * @param grounds all of them; a mechanism that has no leaves makes absence prove nothing
   */
  LeafSearch(Supervision supervision, ImmutableSet<Ground> grounds) {
    this.supervision = supervision;
    this.grounds = grounds;
  }

  /**
   * Finds a segment; see {@link Containment#find}.
   *
   * @throws IllegalStateException it is not found, and may be alive all the same
   */
  ContainedTree find(SegmentKey segment, @Nullable ProcessRecord process) {
    CgroupMount mount = mount();
    return process == null ? byName(segment, mount) : byPlace(process, mount);
  }

  private ContainedTree byPlace(ProcessRecord process, CgroupMount mount) {
    Path leaf = Path.of(process.place());
    if (!process.containment().equals(CgroupContainment.NAME) || !Files.isDirectory(leaf)) {
      throw new IllegalStateException(
          "%s, where it was put by containment %s, cannot be looked into from here"
              .formatted(process.place(), process.containment()));
    }
    return found(process, List.of(new CgroupLeaf(leaf)), mount);
  }

  private ContainedTree byName(SegmentKey segment, CgroupMount mount) {
    String elsewhere =
        grounds.stream()
            .map(Ground::mechanism)
            .filter(mechanism -> !mechanism.equals(CgroupContainment.NAME))
            .distinct()
            .collect(Collectors.joining(", "));
    if (grounds.isEmpty() || !elsewhere.isEmpty()) {
      throw new IllegalStateException(
          "it may have been put by containment %s, where only its record leads to it; look for its processes on this host and end them, a reboot of the host proves it too"
              .formatted(elsewhere.isEmpty() ? "unknown" : elsewhere));
    }
    List<CgroupLeaf> leaves = new ArrayList<>();
    for (Path folder : folders()) {
      CgroupLeaf.below(folder).stream()
          .filter(leaf -> leaf.segment().filter(segment::equals).isPresent())
          .forEach(leaves::add);
    }
    return found(ProcessRecord.ofPlace(""), leaves, mount);
  }

  /** Sweeps them; see {@link Containment#sweep}. */
  Set<SegmentKey> sweep(Set<ProcessRecord> claimed, Set<SegmentKey> sought) {
    return folders().isEmpty()
        ? Set.of()
        : new LeafSweep(this, folders(), mount()).sweep(claimed, sought);
  }

  /**
   * Ends what another worker, which is gone, left to keep the statuses of trees that are dead.
   *
   * @param identity of that worker
   * @param leaves of the trees
   */
  void endKeepers(String identity, List<CgroupLeaf> leaves) {
    List<DescentMark> marks = leaves.stream().map(CgroupTree::markOf).toList();
    List<LeftKeeper> keepers = new ArrayList<>();
    try {
      for (LeftKeeper keeper : Keepers.leftBy(identity)) {
        if (keeper.keeps(leader -> marks.stream().anyMatch(mark -> mark.isOn(leader.pid())))) {
          keepers.add(keeper);
        }
      }
    } catch (SystemCallException e) {
      log.warn("keepers that worker {} left are not all ended: {}", identity, e.getMessage());
    }
    supervision.endKeepers(keepers);
  }

  /** The folders of leaves. */
  private List<Path> folders() {
    return grounds.stream()
        .filter(ground -> ground.mechanism().equals(CgroupContainment.NAME))
        .map(ground -> Path.of(ground.folder()))
        .toList();
  }

  /** The tree of one leaf whose leader is not known. */
  CgroupTree treeOf(CgroupLeaf leaf, ProcessRecord record, CgroupMount mount) {
    WatchedProcess nobody = WatchedProcess.gone(0, 0, "its pid is not known");
    return new CgroupTree(supervision, mount, leaf, nobody, record, null);
  }

  private FoundTrees found(ProcessRecord record, List<CgroupLeaf> leaves, CgroupMount mount) {
    return new FoundTrees(
        supervision, record, leaves.stream().map(leaf -> treeOf(leaf, record, mount)).toList());
  }

  private static CgroupMount mount() {
    try {
      return CgroupMount.find()
          .orElseThrow(
              () -> new IllegalStateException("cgroup2 is not mounted any more; mount it again"));
    } catch (SystemCallException e) {
      throw new IllegalStateException("cannot look for cgroups: " + e.getMessage(), e);
    }
  }
}
