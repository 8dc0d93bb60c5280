package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through the leaves that earlier processes of this worker left: removes those that are proven
 * empty, and names those in which something lives that nobody claims.
 */
final class LeafSweep {
  private static final Logger log = LoggerFactory.getLogger(LeafSweep.class);

  /** What waits at its gate ends by itself as soon as its worker is gone. */
  private static final long LAST_BREATH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final LeafSearch leaves;
  private final List<Path> folders;
  private final CgroupMount mount;
  private final long start = System.nanoTime();

  LeafSweep(LeafSearch leaves, List<Path> folders, CgroupMount mount) {
    this.leaves = leaves;
    this.folders = folders;
    this.mount = mount;
  }

  /** Sweeps; see {@link Containment#sweep}. */
  Set<SegmentKey> sweep(Set<ProcessRecord> claimed, Set<SegmentKey> sought) {
    Set<Path> places =
        claimed.stream()
            .filter(record -> record.containment().equals(CgroupContainment.NAME))
            .map(record -> Path.of(record.place()))
            .collect(Collectors.toSet());
    Set<SegmentKey> strays = new LinkedHashSet<>();
    for (Path folder : folders) {
      for (CgroupLeaf leaf : CgroupLeaf.below(folder)) {
        Optional<SegmentKey> segment = leaf.segment();
        if (places.contains(leaf.path()) || segment.filter(sought::contains).isPresent()) {
          continue;
        }
        if (isEmpty(leaf)) {
          remove(leaf);
        } else if (segment.isPresent()) {
          strays.add(segment.get());
        } else {
          log.warn(
              "processes are alive in {}, which is no leaf of a segment; look at them",
              leaf.path());
        }
      }
    }
    return strays;
  }

  private boolean isEmpty(CgroupLeaf leaf) {
    CgroupTree tree = leaves.treeOf(leaf, ProcessRecord.ofPlace(leaf.path().toString()), mount);
    Backoff backoff = new Backoff(FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
    try {
      while (!tree.look().dead()) {
        if (System.nanoTime() - start > LAST_BREATH_NANOS) {
          return false;
        }
        backoff.pause();
      }
      return true;
    } catch (SystemCallException e) {
      log.warn("whether {} is empty cannot be read: {}", leaf.path(), e.getMessage());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void remove(CgroupLeaf leaf) {
    if (leaf.remove()) {
      log.info("removed {}, which an earlier worker left empty", leaf.path());
    } else {
      log.info("{} is empty but the kernel is not ready to remove it", leaf.path());
    }
  }
}
