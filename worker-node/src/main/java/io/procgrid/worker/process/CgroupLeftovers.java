package io.procgrid.worker.process;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final WorkerIdentity own;
  private final Set<Path> parents;
  private final FolderClaims claims = new FolderClaims();
  private final Set<Proof> proofs = ConcurrentHashMap.newKeySet();

  /** That a segment was proven dead here: its leaf, and with it all traces, may be gone by now. */
  private record Proof(WorkerIdentity identity, SegmentKey segment) {}

  /**
   * Finds nothing yet.
   *
   * @param own folder of this worker
   * @param parents where folders of workers may be
   */
  CgroupLeftovers(LeafSearch search, CgroupMount mount, Path own, Set<Path> parents) {
    this.search = search;
    this.mount = mount;
    this.own = identityOf(own);
    this.parents = Set.copyOf(parents);
  }

  @Override
  public List<Leftover> find() {
    ImmutableList.Builder<Leftover> found = ImmutableList.builder();
    for (Path folder : folders()) {
      try (FolderClaims.Claim claim = claims.claim(folder).orElse(null)) {
        if (claim != null) {
          look(folder).ifPresent(found::add);
        }
      } catch (SystemCallException e) {
        log.warn("what is left in {} cannot be looked at: {}", folder, e.getMessage());
      }
    }
    return found.build();
  }

  private Optional<Leftover> look(Path folder) throws SystemCallException {
    ImmutableSortedSet.Builder<SegmentKey> live = ImmutableSortedSet.naturalOrder();
    for (CgroupLeaf leaf : CgroupLeaf.below(folder)) {
      if (treeOf(leaf).look().dead()) {
        leaf.remove();
      } else {
        leaf.segment().ifPresent(live::add);
      }
    }
    removeIfEmpty(folder);
    ImmutableList<SegmentKey> segments = live.build().asList();
    return segments.isEmpty()
        ? Optional.empty()
        : Optional.of(new Leftover(identityOf(folder), segments));
  }

  @Override
  public TreeDeath kill(WorkerIdentity identity, SegmentKey segment, Consumer<String> blocked)
      throws InterruptedException {
    boolean found = false;
    boolean seen = false;
    int members = 0;
    for (Path folder : folders()) {
      if (!identityOf(folder).equals(identity)) {
        continue;
      }
      try (FolderClaims.Claim _ = claim(folder, identity)) {
        List<CgroupLeaf> leaves = leavesOf(folder, segment);
        List<CgroupTree> trees = leaves.stream().map(this::treeOf).toList();
        TreeDeath death = FoundTrees.kill(trees, blocked);
        search.endKeepers(identity.value(), leaves);
        trees.forEach(CgroupTree::dispose);
        removeIfEmpty(folder);
        found |= !trees.isEmpty();
        seen |= death.liveMemberSeen();
        members += death.membersSeen();
      }
    }
    Proof proof = new Proof(identity, segment);
    if (found) {
      proofs.add(proof);
    } else if (!proofs.contains(proof)) {
      throw new UnsupportedOperationException(
          "no place of segment %s of worker %s is found on this host".formatted(segment, identity));
    }
    return new TreeDeath(seen, members);
  }

  private FolderClaims.Claim claim(Path folder, WorkerIdentity identity) {
    try {
      return claims
          .claim(folder)
          .orElseThrow(() ->
              new UnsupportedOperationException(
                  "worker %s lives: it holds %s; its runs are killed by itself"
                      .formatted(identity, folder)));
    } catch (SystemCallException e) {
      throw new UnsupportedOperationException(
          "what worker %s left in %s cannot be looked at: %s"
              .formatted(identity, folder, e.getMessage()),
          e);
    }
  }

  private static List<CgroupLeaf> leavesOf(Path folder, SegmentKey segment) {
    return CgroupLeaf.below(folder).stream()
        .filter(leaf -> leaf.segment().filter(segment::equals).isPresent())
        .toList();
  }

  private CgroupTree treeOf(CgroupLeaf leaf) {
    return search.treeOf(leaf, ProcessRecord.ofPlace(leaf.path().toString()), mount);
  }

  private List<Path> folders() {
    return parents.stream()
        .flatMap(parent -> LeafFolder.in(parent).stream())
        .filter(folder -> !identityOf(folder).equals(own))
        .filter(LeafFolder::isMarked)
        .toList();
  }

  private static WorkerIdentity identityOf(Path folder) {
    return new WorkerIdentity(
        String.valueOf(folder.getFileName()).substring(LeafFolder.PREFIX.length()));
  }

  private static void removeIfEmpty(Path folder) {
    try {
      if (Files.deleteIfExists(folder)) {
        log.info("removed {}, whose worker is gone", folder);
      }
    } catch (IOException e) {
      log.debug("{} stays: there are leaves in it", folder);
    }
  }
}
