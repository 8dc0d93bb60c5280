package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A tree of which nothing can be alive, because its host was rebooted since.
 *
 * @param record what was kept of it
 */
record DeadTree(ProcessRecord record) implements ContainedTree {
  @Override
  public void release() {}

  @Override
  public CompletableFuture<ExitStatus> leaderExit() {
    return CompletableFuture.completedFuture(
        new ExitStatus.Lost("exit status unknown: the host was rebooted"));
  }

  @Override
  public boolean signal(int signal) {
    return false;
  }

  @Override
  public TreeDeath kill(Consumer<String> blocked) {
    return new TreeDeath(false, 0);
  }

  @Override
  public void awaitEmpty() {}

  @Override
  public void dispose() {}
}
