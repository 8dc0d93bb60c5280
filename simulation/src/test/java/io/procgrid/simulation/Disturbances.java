package io.procgrid.simulation;

import java.util.ArrayList;
import java.util.List;

/** What befalls processes, hosts and connections, as the weather has it. */
final class Disturbances {
  private static final long LONGEST_OUTAGE_MILLIS = 3_000;
  private static final long LONGEST_PARTITION_MILLIS = 8_000;
  private static final long LONGEST_PAUSE_MILLIS = 6_000;
  private static final int RENEWAL_MILLIS = 2_000;

  private final World world;
  private final Cluster cluster;
  private final Clients clients;
  private boolean over;

  Disturbances(World world, Cluster cluster, Clients clients) {
    this.world = world;
    this.cluster = cluster;
    this.clients = clients;
  }

  void start() {
    Weather weather = world.weather();
    every(weather.breakEvery(), this::breakConnection);
    every(weather.partitionEvery(), this::partition);
    every(weather.headCrashEvery(), this::crashHead);
    every(weather.workerCrashEvery(), this::crashWorker);
    every(weather.rebootEvery(), this::reboot);
    every(weather.pauseEvery(), this::pause);
    every(weather.swapEvery(), this::swapAddresses);
    every(weather.restoreEvery(), this::restore);
    every(weather.journalLossEvery(), this::loseJournal);
    every(weather.forgetEvery(), this::forget);
    every(RENEWAL_MILLIS, cluster::renewForgotten);
  }

  /** From now on nothing befalls anybody, and what is down comes back. */
  void stop() {
    over = true;
  }

  private void every(int meanMillis, Runnable disturbance) {
    if (meanMillis == 0 || over) {
      return;
    }
    world
        .timeline()
        .after(
            world.chance().between(1, 2L * meanMillis),
            () -> {
              if (!over) {
                disturbance.run();
                every(meanMillis, disturbance);
              }
            });
  }

  private void later(long most, Runnable recovery) {
    world.timeline().after(world.chance().between(0, most), recovery);
  }

  private void breakConnection() {
    List<Session> sessions = new ArrayList<>();
    cluster.heads().forEach(head -> sessions.addAll(head.sessions()));
    if (!sessions.isEmpty()) {
      world.tally().met(Fault.CONNECTION_BROKEN);
      Session session = world.chance().pick(sessions);
      session.head().process().reach(() -> session.lose("the connection broke"));
    }
  }

  private void partition() {
    world.tally().met(Fault.PARTITION);
    world
        .chance()
        .pick(cluster.machines())
        .partition(world.chance().between(1, LONGEST_PARTITION_MILLIS));
  }

  private void crashHead() {
    List<SimulatedHead> heads = cluster.heads();
    if (!heads.isEmpty()) {
      world.tally().met(Fault.HEAD_CRASH);
      cluster.crash(world.chance().pick(heads));
      boolean clusterStarts = world.chance().oneIn(3);
      later(LONGEST_OUTAGE_MILLIS, () -> cluster.startHead(clusterStarts));
    }
  }

  /** The backup that the next time finds is made now. */
  private void restore() {
    if (cluster.hasBackup()) {
      world.tally().met(Fault.STORE_RESTORED);
      List.copyOf(cluster.heads()).forEach(cluster::crash);
      cluster.restore();
      later(LONGEST_OUTAGE_MILLIS, () -> cluster.startHead(false));
    } else {
      cluster.backUp();
    }
  }

  private void loseJournal() {
    WorkerMachine machine = world.chance().pick(cluster.machines());
    world.tally().met(Fault.JOURNAL_LOST);
    machine.loseJournal();
    later(LONGEST_OUTAGE_MILLIS, () -> start(machine));
  }

  private void forget() {
    WorkerMachine machine = world.chance().pick(cluster.machines());
    clients.forget(machine.identity(), () -> world.tally().met(Fault.WORKER_FORGOTTEN));
  }

  private void crashWorker() {
    WorkerMachine machine = world.chance().pick(cluster.machines());
    if (machine.worker() != null) {
      world.tally().met(Fault.WORKER_CRASH);
      machine.crash();
      later(LONGEST_OUTAGE_MILLIS, () -> start(machine));
    }
  }

  private static void start(WorkerMachine machine) {
    if (machine.worker() == null) {
      machine.start();
    }
  }

  private void reboot() {
    WorkerMachine machine = world.chance().pick(cluster.machines());
    world.tally().met(Fault.HOST_REBOOT);
    machine.reboot();
    later(LONGEST_OUTAGE_MILLIS, () -> start(machine));
  }

  private void pause() {
    List<SimulatedProcess> processes = new ArrayList<>();
    cluster.heads().forEach(head -> processes.add(head.process()));
    boolean head = !processes.isEmpty() && world.chance().oneIn(3);
    if (!head) {
      processes.clear();
      for (WorkerMachine machine : cluster.machines()) {
        SimulatedWorker worker = machine.worker();
        if (worker != null) {
          processes.add(worker.process());
        }
      }
    }
    if (processes.isEmpty()) {
      return;
    }
    SimulatedProcess process = world.chance().pick(processes);
    if (process.isRunning()) {
      world.tally().met(head ? Fault.HEAD_PAUSE : Fault.WORKER_PAUSE);
      process.pause();
      later(LONGEST_PAUSE_MILLIS, process::goOn);
    }
  }

  /** Two workers restart, each at the address of the other. */
  private void swapAddresses() {
    List<WorkerMachine> machines = cluster.machines();
    WorkerMachine first = world.chance().pick(machines);
    WorkerMachine second = world.chance().pick(machines);
    if (first == second) {
      return;
    }
    world.tally().met(Fault.ADDRESS_SWAPPED);
    first.crash();
    second.crash();
    first.swapAddress(second);
    start(first);
    later(LONGEST_OUTAGE_MILLIS, () -> start(second));
  }
}
