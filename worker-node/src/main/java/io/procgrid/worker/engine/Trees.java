package io.procgrid.worker.engine;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.core.WorkerEffect;
import io.procgrid.worker.core.WorkerEvent;
import io.procgrid.worker.journal.DeletedTree;
import io.procgrid.worker.journal.Journal;
import io.procgrid.worker.journal.SegmentFolder;
import io.procgrid.worker.output.OutputBound;
import io.procgrid.worker.process.ContainedTree;
import io.procgrid.worker.process.Containment;
import io.procgrid.worker.process.LaunchException;
import io.procgrid.worker.process.LaunchPlan;
import io.procgrid.worker.process.ProcessRecord;
import io.procgrid.worker.process.TreeDeath;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the core wants done to process trees, each on a virtual thread, and tells what
 * came of it.
 */
final class Trees implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Trees.class);

  private static final long CLEAN_UP_MILLIS = 2_000;

  private final Containment containment;
  private final LaunchPreparation preparation;
  private final OutputBound outputs;
  private final Journal journal;
  private final Consumer<WorkerEvent> events;
  private final Consumer<Throwable> onFailure;
  private final LongSupplier wallClock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService cleanUps = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore launches;

  /** Launches that have not begun: who takes one out of here, launcher or canceller, has it. */
  private final Set<SegmentKey> queuedLaunches = ConcurrentHashMap.newKeySet();

  private final Map<SegmentKey, ContainedTree> trees = new ConcurrentHashMap<>();

  /**
   * @param launchesAtOnce bound on launches under way: more only compete for the processors, and
   *     for the kills
   */
  Trees(
      Containment containment,
      LaunchPreparation preparation,
      OutputBound outputs,
      Journal journal,
      Consumer<WorkerEvent> events,
      Consumer<Throwable> onFailure,
      LongSupplier wallClock,
      int launchesAtOnce) {
    this.containment = containment;
    this.preparation = preparation;
    this.outputs = outputs;
    this.journal = journal;
    this.events = events;
    this.onFailure = onFailure;
    this.wallClock = wallClock;
    this.launches = new Semaphore(launchesAtOnce);
  }

  private interface Task {
    void run() throws InterruptedException;
  }

  /**
   * Called on the engine's thread: which tree an effect means is settled in the order of effects,
   * not when its thread comes to run.
   */
  void perform(WorkerEffect.OnTree effect) {
    switch (effect) {
      case WorkerEffect.Launch(SegmentKey segment, SegmentSpec spec) -> {
        queuedLaunches.add(segment);
        submit(threads, () -> launch(segment, spec));
      }
      case WorkerEffect.CancelLaunch(SegmentKey segment) -> {
        if (queuedLaunches.remove(segment)) {
          events.accept(new WorkerEvent.LaunchCancelled(segment));
        }
      }
      case WorkerEffect.Adopt(SegmentKey segment, ProcessRecord process) ->
          submit(threads, () -> takeOver(segment, () -> containment.adopt(segment, process)));
      case WorkerEffect.Find(SegmentKey segment, ProcessRecord process) ->
          submit(threads, () -> takeOver(segment, () -> containment.find(segment, process)));
      case WorkerEffect.Release(SegmentKey segment) -> {
        ContainedTree tree = tree(segment);
        submit(threads, tree::release);
      }
      case WorkerEffect.SignalTree(SegmentKey segment, int signal) -> {
        ContainedTree tree = tree(segment);
        submit(
            threads,
            () -> events.accept(new WorkerEvent.TreeSignalled(segment, tree.signal(signal))));
      }
      case WorkerEffect.KillTree(SegmentKey segment) -> {
        ContainedTree tree = tree(segment);
        submit(threads, () -> kill(segment, tree));
      }
      case WorkerEffect.AwaitEmpty(SegmentKey segment) -> {
        ContainedTree tree = tree(segment);
        submit(
            threads,
            () -> {
              tree.awaitEmpty();
              events.accept(new WorkerEvent.TreeEmpty(segment, wallClock.getAsLong()));
            });
      }
      case WorkerEffect.CleanUp(SegmentKey segment) -> {
        ContainedTree tree = trees.remove(segment);
        submit(cleanUps, () -> cleanUp(segment, tree));
      }
    }
  }

  private void submit(ExecutorService executor, Task task) {
    var _ =
        executor.submit(() -> {
          try {
            task.run();
          } catch (InterruptedException e) {
            // close() interrupts: the trees live on, the next worker process takes them over.
            Thread.currentThread().interrupt();
          } catch (Throwable e) {
            onFailure.accept(e);
          }
        });
  }

  private void launch(SegmentKey segment, SegmentSpec spec) throws InterruptedException {
    launches.acquire();
    try {
      if (!queuedLaunches.remove(segment)) {
        return;
      }
      LaunchPlan plan = preparation.prepare(segment, spec, journal.folder(segment));
      watchOutput(segment);
      ContainedTree tree = containment.launch(segment, plan);
      trees.put(segment, tree);
      events.accept(new WorkerEvent.Launched(segment, tree.record()));
      tellExit(segment, tree);
    } catch (LaunchException e) {
      log.info("segment {} cannot be started: {}", segment, e.getMessage());
      events.accept(new WorkerEvent.LaunchFailed(segment, message(e), wallClock.getAsLong()));
    } finally {
      launches.release();
    }
  }

  private static String message(LaunchException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }

  private void takeOver(SegmentKey segment, Supplier<ContainedTree> taking) {
    // First of all: what cannot be taken over may write on.
    watchOutput(segment);
    ContainedTree tree;
    try {
      tree = taking.get();
    } catch (RuntimeException e) {
      log.error("segment {} cannot be taken over", segment, e);
      events.accept(
          new WorkerEvent.AdoptFailed(
              segment,
              "segment %s cannot be taken over by containment %s: %s"
                  .formatted(
                      segment,
                      containment.name(),
                      Objects.requireNonNullElse(e.getMessage(), e.toString()))));
      return;
    }
    trees.put(segment, tree);
    events.accept(new WorkerEvent.Adopted(segment));
    tellExit(segment, tree);
  }

  private void watchOutput(SegmentKey segment) {
    SegmentFolder folder = journal.folder(segment);
    outputs.watch(folder.stdout());
    outputs.watch(folder.stderr());
  }

  private void tellExit(SegmentKey segment, ContainedTree tree) {
    var _ =
        tree.leaderExit()
            .thenAccept(status -> events.accept(new WorkerEvent.LeaderExited(segment, status)));
  }

  private void kill(SegmentKey segment, ContainedTree tree) throws InterruptedException {
    TreeDeath death =
        tree.kill(reason -> events.accept(new WorkerEvent.KillBlocked(segment, reason)));
    // The tree is dead, so its leader is over: its status is there or about to be.
    var leader = tree.leaderExit().join();
    events.accept(new WorkerEvent.TreeDead(segment, death, leader, wallClock.getAsLong()));
  }

  private void cleanUp(SegmentKey segment, @Nullable ContainedTree tree) {
    if (tree != null) {
      tree.dispose();
    }
    SegmentFolder folder = journal.folder(segment);
    outputs.settle(folder.stdout());
    outputs.settle(folder.stderr());
    try {
      DeletedTree.delete(folder.work());
    } catch (IOException e) {
      log.warn("the working folder of segment {} cannot be removed: {}", segment, e.toString());
    }
  }

  private ContainedTree tree(SegmentKey segment) {
    return Objects.requireNonNull(trees.get(segment), () -> "no tree of segment " + segment);
  }

  /** Leaves the trees as they are; what is over is tidied up first. */
  @Override
  public void close() {
    threads.shutdownNow();
    cleanUps.shutdown();
    try {
      if (!cleanUps.awaitTermination(CLEAN_UP_MILLIS, TimeUnit.MILLISECONDS)) {
        log.warn("what segments that are over left on the host is not all removed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    containment.close();
  }
}
