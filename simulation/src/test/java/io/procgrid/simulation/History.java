package io.procgrid.simulation;

import io.procgrid.common.id.WorkerIdentity;
import java.util.List;

/** One history of a cluster, all of it from one seed. */
final class History {
  private static final int STORMY_STEPS = 4_000;
  private static final int STEPS_PER_WORKER = 300;
  private static final long PATIENCE_MILLIS = 900_000;
  private static final long LOOK_MILLIS = 1_000;
  private static final int MOST_WORKERS = 50;

  private final World world;
  private final Cluster cluster;
  private final Clients clients;
  private final Disturbances disturbances;
  private final Settlement settlement;
  private final int workers;

  History(long seed, Sabotage sabotage, boolean traced) {
    world = new World(seed, sabotage, traced);
    workers =
        world.chance().oneIn(40)
            ? 10 + world.chance().below(MOST_WORKERS - 9)
            : 1 + world.chance().below(5);
    ModelStore store = new ModelStore();
    Truth truth = new Truth(world, store);
    KillWishes wishes = new KillWishes();
    Ledger ledger = new Ledger(world, store, truth, wishes);
    HeadPromises promises = new HeadPromises(store, truth, wishes);
    cluster = new Cluster(world, workers, store, truth, promises, ledger);
    clients = new Clients(world, cluster, ledger, wishes);
    disturbances = new Disturbances(world, cluster, clients);
    settlement = new Settlement(cluster, store, truth);
  }

  /** Plays it to its end; an AssertionError tells what must not have been. */
  void play() {
    try {
      cluster.start();
      clients.start();
      disturbances.start();
      long storm = STORMY_STEPS + (long) STEPS_PER_WORKER * workers;
      while (world.timeline().steps() < storm) {
        world.timeline().step();
      }
      calmDown();
    } finally {
      world.tally().seeds++;
      world.tally().steps += world.timeline().steps();
    }
  }

  /** Faults stop: what was accepted is carried out, then everything is killed and forgotten. */
  private void calmDown() {
    world.trace().add("weather", "calm");
    clients.stop();
    disturbances.stop();
    world.calm();
    cluster.heal();
    await(() -> settlement.unsettled());
    clients.killAll();
    await(() -> settlement.unsettled());
    for (WorkerIdentity lost : cluster.lost()) {
      clients.forget(lost, () -> {});
    }
    await(() -> settlement.leftOver());
  }

  private interface Open {
    /** What is still to happen; empty when nothing is. */
    String what();
  }

  private void await(Open open) {
    long end = world.now() + PATIENCE_MILLIS;
    String what = open.what();
    while (!what.isEmpty()) {
      if (world.now() > end) {
        throw new AssertionError("calm for %d ms, and still: %s".formatted(PATIENCE_MILLIS, what));
      }
      long look = world.now() + LOOK_MILLIS;
      while (world.now() < look) {
        world.timeline().step();
      }
      cluster.renewForgotten();
      what = open.what();
    }
  }

  Tally tally() {
    return world.tally();
  }

  List<String> trace() {
    return world.trace().lines();
  }
}
