package io.procgrid.simulation;

import io.procgrid.worker.core.HostBoot;
import io.procgrid.worker.process.ProcessRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A host: its boot, and its processes by pid. After a reboot, pids and start times come again: some
 * of the processes that begin then have those of processes of the former boot, and are nobody's.
 */
final class Host {
  private static final String CONTAINMENT = "simulated";

  private final World world;
  private final Truth truth;
  private final WorkerMachine machine;
  private final Map<Long, ProcessTree> processes = new HashMap<>();
  private long boots = 1;
  private long bootedAtMillis;
  private long lastPid;

  Host(World world, Truth truth, WorkerMachine machine) {
    this.world = world;
    this.truth = truth;
    this.machine = machine;
  }

  String bootId() {
    return "boot-%d-%d".formatted(machine.number(), boots);
  }

  /** As the core of a worker is told. */
  HostBoot boot() {
    return new HostBoot(bootId(), -bootedAtMillis);
  }

  ProcessTree launch(Place place, int era) {
    do {
      lastPid++;
    } while (processes.containsKey(lastPid));
    ProcessRecord record =
        new ProcessRecord(
            CONTAINMENT,
            lastPid,
            world.now() - bootedAtMillis,
            bootId(),
            place.toString(),
            world.now());
    ProcessTree tree = new ProcessTree(world, truth, place, era, record);
    processes.put(lastPid, tree);
    truth.launched(place, tree);
    return tree;
  }

  /**
   * The tree whose pid and start time those are, or null. That the boot is the same is not asked.
   */
  @Nullable ProcessTree find(ProcessRecord record) {
    ProcessTree tree = processes.get(record.pid());
    return tree != null && tree.record().startTicks() == record.startTicks() ? tree : null;
  }

  /** The tree of a segment, wherever it may be on the host; null when there is none. */
  @Nullable ProcessTree find(Place place) {
    for (ProcessTree tree : processes.values()) {
      if (place.equals(tree.place())) {
        return tree;
      }
    }
    return null;
  }

  /** The tree is dead and was taken note of: its pid is free again. */
  void reap(ProcessTree tree) {
    processes.remove(tree.record().pid(), tree);
  }

  /** At the gate, the end of the worker is the end of the process. */
  void workerDied() {
    List<ProcessTree> held = new ArrayList<>();
    for (ProcessTree tree : processes.values()) {
      tree.unwatch();
      if (!tree.isReleased()) {
        held.add(tree);
      }
    }
    for (ProcessTree tree : held) {
      tree.die();
      reap(tree);
    }
  }

  void reboot() {
    List<ProcessTree> gone = List.copyOf(processes.values());
    processes.clear();
    gone.forEach(ProcessTree::vanish);
    boots++;
    bootedAtMillis = world.now();
    lastPid = 0;
    for (ProcessTree tree : gone) {
      if (tree.place() != null && world.chance().oneIn(2)) {
        processes.put(tree.record().pid(), new ProcessTree(world, truth, null, 0, tree.record()));
      }
    }
  }

  /** Trees of segments that live. */
  List<ProcessTree> liveTrees() {
    return processes.values().stream().filter(t -> t.place() != null && t.isAlive()).toList();
  }

  /** Every foreign process that ever was still lives. */
  boolean harmedForeigners() {
    return processes.values().stream().anyMatch(t -> t.place() == null && !t.isAlive());
  }
}
