package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What was found of a segment whose leader is not known: its leaves, none to several. The leader
 * counts as over when all of them are seen empty.
 */
final class FoundTrees implements ContainedTree {
  private static final ExitStatus LOST =
      new ExitStatus.Lost("exit status unknown: nothing tells which process was the leader");

  private final ProcessRecord record;
  private final List<CgroupTree> trees;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

  /** Begins to wait for their end. */
  FoundTrees(Supervision supervision, ProcessRecord record, List<CgroupTree> trees) {
    this.record = record;
    this.trees = List.copyOf(trees);
    supervision.inBackground(() -> {
      awaitAll();
      exit.complete(LOST);
    });
  }

  @Override
  public ProcessRecord record() {
    return record;
  }

  /** Its gate is no concern of this worker. */
  @Override
  public void release() {}

  @Override
  public CompletableFuture<ExitStatus> leaderExit() {
    return exit;
  }

  @Override
  public boolean signal(int signal) throws InterruptedException {
    boolean reached = false;
    for (CgroupTree tree : trees) {
      reached |= tree.signal(signal);
    }
    return reached;
  }

  @Override
  public TreeDeath kill(Consumer<String> blocked) throws InterruptedException {
    TreeDeath death = kill(trees, blocked);
    exit.complete(LOST);
    return death;
  }

  /** Kills several trees, and returns when all are proven dead. */
  static TreeDeath kill(List<CgroupTree> trees, Consumer<String> blocked)
      throws InterruptedException {
    boolean seen = false;
    int members = 0;
    for (CgroupTree tree : trees) {
      // Members of another pid namespace populate the leaf and have no pid here.
      boolean populated = tree.isPopulated();
      TreeDeath death = tree.kill(blocked);
      seen |= populated || death.liveMemberSeen();
      members += Math.max(populated ? 1 : 0, death.membersSeen());
    }
    return new TreeDeath(seen, members);
  }

  @Override
  public void awaitEmpty() throws InterruptedException {
    awaitAll();
  }

  private void awaitAll() throws InterruptedException {
    for (CgroupTree tree : trees) {
      tree.awaitEmpty();
    }
  }

  @Override
  public void dispose() {
    trees.forEach(CgroupTree::dispose);
  }
}
