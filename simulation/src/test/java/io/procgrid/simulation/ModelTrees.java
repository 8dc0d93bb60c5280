package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.core.WorkerEffect;
import io.procgrid.worker.core.WorkerEvent;
import io.procgrid.worker.process.ProcessRecord;
import io.procgrid.worker.process.TreeDeath;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one worker process does to process trees: each in its own time, told when it is done. */
final class ModelTrees {
  private static final long LONGEST_LAUNCH_MILLIS = 40;
  private static final long LONGEST_WAY_MILLIS = 5;
  private static final long BLOCKED_AFTER_MILLIS = 5_000;
  private static final long LONGEST_RESISTANCE_MILLIS = 20_000;

  /** A tree in hand; null inside when nothing of it was found. */
  private record Handle(@Nullable ProcessTree tree, boolean adopted) {
    boolean isAlive() {
      return tree != null && tree.isAlive();
    }
  }

  private final World world;
  private final SimulatedProcess process;
  private final WorkerMachine machine;
  private final Truth truth;
  private final Consumer<WorkerEvent> events;
  private final Map<SegmentKey, Handle> handles = new HashMap<>();

  /** Launches that have not begun. */
  private final Set<SegmentKey> queued = new HashSet<>();

  /** Trees whose end was asked for without a kill. */
  private final Set<SegmentKey> awaited = new HashSet<>();

  ModelTrees(
      World world,
      SimulatedProcess process,
      WorkerMachine machine,
      Truth truth,
      Consumer<WorkerEvent> events) {
    this.world = world;
    this.process = process;
    this.machine = machine;
    this.truth = truth;
    this.events = events;
  }

  void perform(WorkerEffect.OnTree effect) {
    switch (effect) {
      case WorkerEffect.Launch(SegmentKey key, SegmentSpec spec) -> {
        queued.add(key);
        process.later(world.chance().between(0, LONGEST_LAUNCH_MILLIS), () -> launch(key, spec));
      }
      case WorkerEffect.CancelLaunch(SegmentKey key) -> {
        if (queued.remove(key)) {
          events.accept(new WorkerEvent.LaunchCancelled(key));
        }
      }
      case WorkerEffect.Adopt(SegmentKey key, ProcessRecord record) ->
          process.later(onTheWay(), () -> adopt(key, record));
      case WorkerEffect.Find(SegmentKey key, ProcessRecord record) ->
          process.later(onTheWay(), () -> take(key, machine.host().find(place(key))));
      case WorkerEffect.Release(SegmentKey key) -> {
        ProcessTree tree = Objects.requireNonNull(handle(key).tree);
        process.later(onTheWay(), tree::release);
      }
      case WorkerEffect.SignalTree(SegmentKey key, int signal) -> {
        Handle handle = handle(key);
        process.later(onTheWay(), () -> signal(key, handle, signal));
      }
      case WorkerEffect.KillTree(SegmentKey key) -> {
        Handle handle = handle(key);
        if (world.sabotage().provesUnseen(key)) {
          process.later(0, () -> dead(key, handle, true));
        }
        process.later(onTheWay(), () -> strike(key, handle));
      }
      case WorkerEffect.AwaitEmpty(SegmentKey key) -> {
        awaited.add(key);
        if (!handle(key).isAlive()) {
          process.later(onTheWay(), () -> emptied(key));
        }
      }
      case WorkerEffect.CleanUp(SegmentKey key) -> {
        Handle handle = handles.remove(key);
        if (handle != null && handle.tree != null) {
          handle.tree.unwatch();
          machine.host().reap(handle.tree);
        }
      }
    }
  }

  private long onTheWay() {
    return world.chance().between(0, LONGEST_WAY_MILLIS);
  }

  private Handle handle(SegmentKey key) {
    return Objects.requireNonNull(handles.get(key), () -> "no tree of segment " + key);
  }

  private void launch(SegmentKey key, SegmentSpec spec) {
    if (!queued.remove(key)) {
      return;
    }
    boolean fails =
        world.strikes(world.weather().launchFailures(), Fault.LAUNCH_FAILED)
            || !machine.bundles().contains(spec.bundleHash());
    if (fails) {
      events.accept(new WorkerEvent.LaunchFailed(key, "no such file", world.now()));
      return;
    }
    ProcessTree tree = machine.host().launch(place(key), machine.eraOf(key));
    handles.put(key, new Handle(tree, false));
    events.accept(new WorkerEvent.Launched(key, tree.record()));
    watch(key, tree, false);
  }

  private void adopt(SegmentKey key, ProcessRecord record) {
    if (world.strikes(world.weather().launchFailures() / 8, Fault.ADOPTION_FAILED)) {
      events.accept(new WorkerEvent.AdoptFailed(key, "cgroup2 is not mounted any more"));
      machine.tornUntilReboot();
      return;
    }
    take(key, machine.host().find(record));
  }

  private void take(SegmentKey key, @Nullable ProcessTree tree) {
    handles.put(key, new Handle(tree, true));
    events.accept(new WorkerEvent.Adopted(key));
    if (tree == null) {
      events.accept(new WorkerEvent.LeaderExited(key, new ExitStatus.Lost("nobody saw it end")));
      return;
    }
    watch(key, tree, true);
    ExitStatus exit = tree.exit();
    if (exit != null) {
      events.accept(new WorkerEvent.LeaderExited(key, told(tree, exit, true)));
    }
  }

  /** What ended while no worker saw it may have taken its status along. */
  private static ExitStatus told(ProcessTree tree, ExitStatus exit, boolean adopted) {
    return adopted && !tree.isExitKept() ? new ExitStatus.Lost("nobody saw it end") : exit;
  }

  private Place place(SegmentKey key) {
    return new Place(machine.identity(), key);
  }

  private void watch(SegmentKey key, ProcessTree tree, boolean adopted) {
    tree.watch(
        new ProcessTree.Watcher() {
          @Override
          public void leaderExited(ExitStatus status) {
            ExitStatus told = told(tree, status, adopted);
            process.later(onTheWay(), () -> events.accept(new WorkerEvent.LeaderExited(key, told)));
          }

          @Override
          public void emptied() {
            process.later(LONGEST_WAY_MILLIS, () -> ModelTrees.this.emptied(key));
          }
        });
  }

  private void emptied(SegmentKey key) {
    if (awaited.contains(key)) {
      events.accept(new WorkerEvent.TreeEmpty(key, world.now()));
    }
  }

  private void signal(SegmentKey key, Handle handle, int signal) {
    ProcessTree tree = handle.tree;
    boolean reached = handle.isAlive();
    if (tree != null && reached) {
      world.tally().signalled++;
      machine.promises().striking(tree, machine.orderedBy(key));
      truth.struck(tree.requirePlace());
      tree.signal(signal);
    }
    process.later(onTheWay(), () -> events.accept(new WorkerEvent.TreeSignalled(key, reached)));
  }

  private void strike(SegmentKey key, Handle handle) {
    ProcessTree tree = handle.tree;
    if (tree == null || !tree.isAlive()) {
      dead(key, handle, false);
      return;
    }
    machine.promises().striking(tree, machine.orderedBy(key));
    KillFacts ordered = machine.orderedBy(key);
    if (ordered != null) {
      machine.promises().ending(tree, ordered, world.now());
    }
    truth.struck(tree.requirePlace());
    int members = tree.members();
    TreeDeath death = new TreeDeath(true, members);
    if (world.strikes(world.weather().resistance(), Fault.KILL_RESISTED)) {
      process.later(
          BLOCKED_AFTER_MILLIS,
          () -> events.accept(new WorkerEvent.KillBlocked(key, "pid is in state D")));
      long resistance = world.chance().between(BLOCKED_AFTER_MILLIS + 1, LONGEST_RESISTANCE_MILLIS);
      world.timeline().after(resistance, tree::die);
      process.later(resistance + 1, () -> tellDeath(key, handle, death));
    } else {
      long agony = world.chance().between(0, LONGEST_WAY_MILLIS);
      world.timeline().after(agony, tree::die);
      process.later(agony + 1, () -> tellDeath(key, handle, death));
    }
  }

  private void dead(SegmentKey key, Handle handle, boolean seen) {
    tellDeath(key, handle, new TreeDeath(seen, seen ? 1 : 0));
  }

  private void tellDeath(SegmentKey key, Handle handle, TreeDeath death) {
    ProcessTree tree = handle.tree;
    ExitStatus exit = tree == null ? null : tree.exit();
    ExitStatus leader =
        tree == null || exit == null
            ? new ExitStatus.Lost("nobody saw it end")
            : told(tree, exit, handle.adopted);
    events.accept(new WorkerEvent.TreeDead(key, world.sabotage().seen(death), leader, world.now()));
  }
}
