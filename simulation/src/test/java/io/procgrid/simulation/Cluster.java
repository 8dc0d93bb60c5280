package io.procgrid.simulation;

import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.WorkerRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The heads and workers of one history, and the store that the heads share. */
final class Cluster {
  private final World world;
  private final ModelStore store;
  private final Network network;
  private final HeadPromises promises;
  private final Ledger ledger;
  private final List<SimulatedHead> heads = new ArrayList<>();
  private final List<WorkerMachine> machines = new ArrayList<>();
  private @Nullable StoreTables backup;

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
    if (machines.stream().noneMatch(machine -> store.isBehind(machine.journal()))) {
      // An earlier head may have found out.
      machines.stream()
          .map(WorkerMachine::identity)
          .filter(worker -> !store.isImporting(worker))
          .forEach(promises::cannotBeTold);
    }
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

  boolean hasBackup() {
    return backup != null;
  }

  void backUp() {
    backup = store.backup();
  }

  /** While there is no head, the store is set back to the latest backup. */
  void restore() {
    StoreTables latest = backup;
    if (latest == null || isServed()) {
      throw new IllegalStateException("no backup, or a head is there");
    }
    world.trace().add("store", "is set back");
    List<ProcessTree> alive = new ArrayList<>();
    machines.forEach(machine -> alive.addAll(machine.ownTrees()));
    promises.restoring(alive);
    store.restore(latest);
    backup = null;
  }

  /** Whoever was forgotten, came back and was emptied begins again on an empty data folder. */
  void renewForgotten() {
    for (WorkerMachine machine : machines) {
      if (store.hasForgotten(machine.identity())
          && machine.unforgotten().isEmpty()
          && machine.isEmpty()) {
        machine.loseJournal();
        machine.start();
      }
    }
  }

  /** Identities that no worker has any more, and that nobody has given up. */
  List<WorkerIdentity> lost() {
    List<WorkerIdentity> lost = new ArrayList<>();
    for (WorkerRecord worker : store.workers()) {
      if (!isThere(worker.identity()) && !worker.standing().isForgotten()) {
        lost.add(worker.identity());
      }
    }
    return lost;
  }

  /** Whether a machine has the journal of that identity. */
  boolean isThere(WorkerIdentity identity) {
    return machines.stream().anyMatch(machine -> machine.identity().equals(identity));
  }

  /** Whatever is down comes back, whatever is apart comes together. */
  void heal() {
    for (WorkerMachine machine : machines) {
      machine.heal();
      if (machine.needsReboot()) {
        machine.reboot();
      }
      SimulatedWorker worker = machine.worker();
      if (worker == null || store.hasFenced(machine.identity(), worker.instance())) {
        machine.crash();
        machine.start();
      } else {
        worker.process().goOn();
      }
    }
    heads.forEach(head -> head.process().goOn());
    startHead(false);
  }
}
