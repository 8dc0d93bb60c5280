package io.procgrid.simulation;

import java.util.ArrayDeque;
import java.util.Deque;

/** The messages of a stream from a worker to a head: in their order, none in between is lost. */
final class OrderedStream {
  private final World world;
  private final Network network;
  private final SimulatedWorker from;
  private final SimulatedHead to;
  private final Deque<Runnable> underWay = new ArrayDeque<>();

  OrderedStream(World world, Network network, SimulatedWorker from, SimulatedHead to) {
    this.world = world;
    this.network = network;
    this.from = from;
    this.to = to;
  }

  void send(Runnable arrival) {
    underWay.add(arrival);
    world.timeline().after(network.delay(), this::arrive);
  }

  /** One arrives, whichever is first. */
  private void arrive() {
    WorkerMachine machine = from.machine();
    if (machine.isPartitioned()) {
      long wait = machine.partitionedUntil() - world.now();
      world.timeline().after(wait + network.delay(), this::arrive);
    } else {
      to.process().reach(underWay.remove());
    }
  }
}
