package io.procgrid.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What lies between heads and workers. Requests take their time, are lost, come twice, pass each
 * other, and come after their sender has given up or died. Who is at an address is settled when a
 * message arrives.
 */
final class Network {
  private static final long RESET_MILLIS = 50;

  private final World world;
  private final List<WorkerMachine> machines = new ArrayList<>();
  private final List<SimulatedHead> heads = new ArrayList<>();

  Network(World world) {
    this.world = world;
  }

  void add(WorkerMachine machine) {
    machines.add(machine);
  }

  void add(SimulatedHead head) {
    heads.add(head);
  }

  void remove(SimulatedHead head) {
    heads.remove(head);
    head.sessions().forEach(Session::headGone);
  }

  /**
   * A request of a head.
   *
   * @param refused told when nobody listens at the address
   */
  void request(
      SimulatedHead from, String address, Consumer<SimulatedWorker> arrival, Runnable refused) {
    if (world.strikes(world.weather().losses(), Fault.MESSAGE_LOST)) {
      return;
    }
    if (world.strikes(world.weather().duplicates(), Fault.MESSAGE_DUPLICATED)) {
      world.timeline().after(delay(), () -> arrive(address, arrival, null));
    }
    world
        .timeline()
        .after(
            delay(),
            () -> arrive(address, arrival, () -> from.process().later(RESET_MILLIS, refused)));
  }

  private void arrive(
      String address, Consumer<SimulatedWorker> arrival, @Nullable Runnable refused) {
    WorkerMachine machine = at(address);
    if (machine.isPartitioned()) {
      // Sent again and again below, or given up.
      if (world.chance().oneIn(2)) {
        world
            .timeline()
            .after(
                machine.partitionedUntil() - world.now() + delay(),
                () -> arrive(address, arrival, refused));
      }
      return;
    }
    SimulatedWorker worker = machine.worker();
    if (worker != null) {
      worker.process().reach(() -> arrival.accept(worker));
    } else if (refused != null) {
      refused.run();
    }
  }

  private WorkerMachine at(String address) {
    for (WorkerMachine machine : machines) {
      if (machine.address().equals(address)) {
        return machine;
      }
    }
    throw new IllegalStateException("no machine at " + address);
  }

  /** The answer to a request. */
  void answer(SimulatedWorker from, SimulatedHead to, Runnable arrival) {
    if (world.strikes(world.weather().losses(), Fault.MESSAGE_LOST)) {
      return;
    }
    world.timeline().after(delay(), () -> pass(from.machine(), to.process(), arrival));
  }

  /** Arrives at that process as soon as no partition is in between, or never. */
  void pass(WorkerMachine machine, SimulatedProcess to, Runnable arrival) {
    if (!machine.isPartitioned()) {
      to.reach(arrival);
    } else if (world.chance().oneIn(2)) {
      world
          .timeline()
          .after(
              machine.partitionedUntil() - world.now() + delay(), () -> pass(machine, to, arrival));
    }
  }

  /** A request of a worker to whichever head is there; nothing comes back when none is. */
  void register(SimulatedWorker from, Consumer<SimulatedHead> arrival) {
    if (heads.isEmpty() || world.strikes(world.weather().losses(), Fault.MESSAGE_LOST)) {
      return;
    }
    SimulatedHead head = world.chance().pick(heads);
    world
        .timeline()
        .after(delay(), () -> pass(from.machine(), head.process(), () -> arrival.accept(head)));
  }

  /** A head's answer to a registration. */
  void answerRegistration(SimulatedHead from, SimulatedWorker to, Runnable arrival) {
    if (!from.process().hasCrashed()) {
      world.timeline().after(delay(), () -> pass(to.machine(), to.process(), arrival));
    }
  }

  /** What a message takes on its way, ms. */
  long delay() {
    if (world.strikes(world.weather().stragglers(), Fault.MESSAGE_STRAGGLED)) {
      return world.chance().between(0, Weather.STRAGGLE_MILLIS);
    }
    return world.chance().between(0, world.weather().delayMillis());
  }

  /** The process of a worker has ended: its connections are reset, as far as anybody is told. */
  void serverGone(SimulatedWorker gone) {
    for (SimulatedHead head : heads) {
      for (Session session : head.sessions()) {
        if (session.isWith(gone)) {
          world
              .timeline()
              .after(
                  delay(),
                  () ->
                      pass(
                          gone.machine(),
                          head.process(),
                          () -> session.lose("the connection broke")));
        }
      }
    }
  }
}
