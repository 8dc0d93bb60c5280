package io.procgrid.simulation;

import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.Recovered;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The heads and workers of one history, and the store that the heads share. */
final class Cluster {
  private final World world;
  private final ModelStore store;
  private final Network network;
  private final HeadPromises promises;
  private final Ledger ledger;
  private final List<SimulatedHead> heads = new ArrayList<>();
  private final List<WorkerMachine> machines = new ArrayList<>();

  Cluster(
      World world,
      int workers,
      ModelStore store,
      Truth truth,
      HeadPromises promises,
      Ledger ledger) {
    this.world = world;
    this.store = store;
    this.network = new Network(world);
    this.promises = promises;
    this.ledger = ledger;
    for (int number = 1; number <= workers; number++) {
      WorkerMachine machine = new WorkerMachine(world, number, truth, promises, network);
      machines.add(machine);
      network.add(machine);
    }
  }

  void start() {
    startHead(true);
    machines.forEach(WorkerMachine::start);
  }

  List<SimulatedHead> heads() {
    return heads;
  }

  List<WorkerMachine> machines() {
    return machines;
  }

  boolean isServed() {
    return !heads.isEmpty();
  }

  /** Asks one of the heads; a call to none is lost. */
  void submit(Command command, Consumer<Answer> answered) {
    if (!heads.isEmpty()) {
      world.chance().pick(heads).submit(command, answered);
    }
  }

  /** A head takes the next epoch of the store. */
  void startHead(boolean clusterStarts) {
    if (!heads.isEmpty()) {
      return;
    }
    Recovered recovered = world.sabotage().recovered(store.open(clusterStarts), clusterStarts);
    world.trace().add("head", "starts with epoch " + recovered.epoch());
    SimulatedHead head = new SimulatedHead(world, network, store, promises, recovered);
    heads.add(head);
    network.add(head);
  }

  void crash(SimulatedHead head) {
    world.trace().add("head", "crashes");
    heads.remove(head);
    head.crash();
    network.remove(head);
    ledger.headCrashed();
  }

  /** Whatever is down comes back, whatever is apart comes together. */
  void heal() {
    for (WorkerMachine machine : machines) {
      machine.heal();
      if (machine.needsReboot()) {
        machine.reboot();
      }
      SimulatedWorker worker = machine.worker();
      if (worker == null) {
        machine.start();
      } else {
        worker.process().goOn();
      }
    }
    heads.forEach(head -> head.process().goOn());
    startHead(false);
  }
}
