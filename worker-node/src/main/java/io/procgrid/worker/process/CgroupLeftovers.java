package io.procgrid.worker.process;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.FolderLock;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What workers of other identities left on this host in leaves, as after the loss of a journal. A
 * worker that lives holds the lock of its folder, and what it holds is left alone; what is empty is
 * removed.
 */
final class CgroupLeftovers implements Leftovers {
  private static final Logger log = LoggerFactory.getLogger(CgroupLeftovers.class);

  private final LeafSearch search;
  private final CgroupMount mount;
  private final Path own;
  private final Set<Path> parents;

  /**
   * @param own folder of this worker
   * @param parents where folders of workers may be
   */
  CgroupLeftovers(LeafSearch search, CgroupMount mount, Path own, Set<Path> parents) {
    this.search = search;
    this.mount = mount;
    this.own = own;
    this.parents = Set.copyOf(parents);
  }

  /** What happens to a folder while no worker of it can start. */
  private interface Visit<T> {
    T of(Path folder) throws SystemCallException, InterruptedException;
  }

  @Override
  public ImmutableList<Leftover> find() throws InterruptedException {
    ImmutableList.Builder<Leftover> found = ImmutableList.builder();
    for (Path folder : folders()) {
      locked(folder, this::look).flatMap(left -> left).ifPresent(found::add);
    }
    return found.build();
  }

  @Override
  public TreeDeath kill(String identity, Consumer<String> blocked) throws InterruptedException {
    boolean seen = false;
    int members = 0;
    for (Path folder : folders()) {
      if (!identityOf(folder).equals(identity)) {
        continue;
      }
      TreeDeath death =
          locked(folder, path -> killAll(path, blocked))
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "worker %s lives: it holds %s; kill its runs by itself"
                              .formatted(identity, folder)));
      seen |= death.liveMemberSeen();
      members += death.membersSeen();
    }
    return new TreeDeath(seen, members);
  }

  /** Empty when its worker lives, or it is gone. */
  private static <T> Optional<T> locked(Path folder, Visit<T> visit) throws InterruptedException {
    try {
      Optional<FolderLock> lock = FolderLock.tryAlone(folder);
      if (lock.isEmpty()) {
        return Optional.empty();
      }
      try (FolderLock _ = lock.get()) {
        return Optional.of(visit.of(folder));
      }
    } catch (SystemCallException e) {
      if (e.errno() != Errno.ENOENT) {
        log.warn("what is left in {} cannot be looked at: {}", folder, e.getMessage());
      }
      return Optional.empty();
    }
  }

  private Optional<Leftover> look(Path folder) throws SystemCallException {
    ImmutableSortedSet.Builder<SegmentKey> segments = ImmutableSortedSet.naturalOrder();
    int members = 0;
    for (CgroupLeaf leaf : CgroupLeaf.below(folder)) {
      Sighting sighting = treeOf(leaf).look();
      if (sighting.dead()) {
        leaf.remove();
        continue;
      }
      leaf.segment().ifPresent(segments::add);
      members += Math.max(1, sighting.live().size());
    }
    if (members == 0) {
      remove(folder);
      return Optional.empty();
    }
    return Optional.of(new Leftover(identityOf(folder), segments.build(), members));
  }

  private TreeDeath killAll(Path folder, Consumer<String> blocked) throws InterruptedException {
    List<CgroupTree> trees = new ArrayList<>();
    for (CgroupLeaf leaf : CgroupLeaf.below(folder)) {
      trees.add(treeOf(leaf));
    }
    TreeDeath death = FoundTrees.kill(trees, blocked);
    trees.forEach(CgroupTree::dispose);
    remove(folder);
    return death;
  }

  private CgroupTree treeOf(CgroupLeaf leaf) {
    return search.treeOf(
        leaf,
        new ProcessRecord(CgroupContainment.NAME, 0, 0, "", leaf.path().toString(), 0),
        mount);
  }

  private List<Path> folders() {
    return parents.stream()
        .flatMap(parent -> LeafFolder.in(parent).stream())
        .filter(folder -> !identityOf(folder).equals(identityOf(own)))
        .filter(LeafFolder::isMarked)
        .toList();
  }

  private static String identityOf(Path folder) {
    return String.valueOf(folder.getFileName()).substring(LeafFolder.PREFIX.length());
  }

  private static void remove(Path folder) {
    try {
      if (Files.deleteIfExists(folder)) {
        log.info("removed {}, whose worker is gone", folder);
      }
    } catch (IOException e) {
      log.debug("{} stays: leaves in it are not removed yet", folder);
    }
  }
}
