package io.procgrid.simulation;

import io.procgrid.common.id.WorkerInstance;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.core.WorkerCore;
import io.procgrid.worker.core.WorkerEffect;
import io.procgrid.worker.core.WorkerEvent;
import io.procgrid.worker.engine.Caller;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One process of a worker: the real core, between models of its journal, its trees and its head.
 */
final class SimulatedWorker {
  private final World world;
  private final WorkerMachine machine;
  private final WorkerInstance instance;
  private final SimulatedProcess process;
  private final CoreLoop<WorkerEvent, WorkerEffect> loop;
  private final JournalDisk disk;
  private final ModelTrees trees;
  private final WorkerPromises promises;
  private final Registration registration;
  private final Map<Long, Caller> callers = new HashMap<>();
  private long lastRequest;

  SimulatedWorker(
      World world,
      WorkerMachine machine,
      WorkerInstance instance,
      Recovered recovered,
      Truth truth,
      Network network) {
    this.world = world;
    this.machine = machine;
    this.instance = instance;
    this.process = new SimulatedProcess(world.timeline());
    this.promises = new WorkerPromises(machine.identity(), machine.journal(), truth);
    this.loop =
        new CoreLoop<>(
            world,
            process,
            machine.toString(),
            new WorkerCore(recovered, instance, machine.host().boot()),
            List::copyOf,
            this::perform);
    this.disk = new JournalDisk(world, process, machine, machine.promises(), loop::submit);
    this.trees = new ModelTrees(world, process, machine, truth, loop::submit);
    this.registration = new Registration(world, this, network);
  }

  void start() {
    loop.submit(new WorkerEvent.Resumed(world.now()));
    registration.start();
  }

  SimulatedProcess process() {
    return process;
  }

  WorkerMachine machine() {
    return machine;
  }

  WorkerInstance instance() {
    return instance;
  }

  /** Gives a command; the caller is told until its answer. Returns the number of the request. */
  long command(Command command, Caller caller) {
    long request = ++lastRequest;
    callers.put(request, caller);
    Command arrived =
        world.sabotage().arriving(command, machine.identity(), instance, machine.journal());
    loop.submit(new WorkerEvent.Commanded(request, world.now(), arrived));
    return request;
  }

  void withdraw(long request) {
    callers.remove(request);
    loop.submit(new WorkerEvent.Withdrawn(request));
  }

  void acknowledge(long request, long number) {
    loop.submit(new WorkerEvent.Acknowledged(request, number));
  }

  void bundleStored(String hash) {
    machine.bundles().add(hash);
    loop.submit(new WorkerEvent.BundleStored(hash));
  }

  private void perform(WorkerEffect effect) {
    promises.performing(effect);
    switch (effect) {
      case WorkerEffect.Journal journal -> {
        if (journal.entry() instanceof JournalEntry.Tombstoned(var key, var _, var tombstone)) {
          machine.ordered(key, tombstone.facts());
        }
        disk.submit(journal);
      }
      case WorkerEffect.OnTree onTree -> trees.perform(onTree);
      case WorkerEffect.DropBundle(String hash) -> machine.bundles().remove(hash);
      case WorkerEffect.Reply(long request, Answer answer) -> {
        Caller caller = callers.remove(request);
        if (caller != null) {
          caller.answer(answer);
        }
      }
      case WorkerEffect.Progress(long request, var step) -> {
        Caller caller = callers.get(request);
        if (caller != null) {
          caller.progress(step);
        }
      }
      case WorkerEffect.Notify(long request, long number, var notice) -> {
        @Nullable Caller caller = callers.get(request);
        if (caller != null) {
          caller.notice(number, notice);
        }
      }
    }
  }

  /**
   * Ends at once.
   *
   * @param tears once in how many times the last write to the journal is torn
   */
  void crash(int tears) {
    process.crash();
    disk.crash(tears);
  }
}
