package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Outcome;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import java.util.LinkedHashSet;
import java.util.Set;

/** One kill of what a worker that is gone left on the host of another. */
final class LeftoverStream {
  private static final long DEADLINE_MILLIS = 60_000;
  private static final long LONGEST_AGONY_MILLIS = 20;

  private final World world;
  private final Network network;
  private final Session session;
  private final HeadEffect.KillLeftover kill;
  private final Set<SegmentKey> unproven;
  private boolean over;

  LeftoverStream(World world, Network network, Session session, HeadEffect.KillLeftover kill) {
    this.world = world;
    this.network = network;
    this.session = session;
    this.kill = kill;
    this.unproven = new LinkedHashSet<>(kill.segments());
  }

  void open() {
    network.request(session.head(), session.dialled(), this::serve, this::end);
    session.head().process().later(DEADLINE_MILLIS, this::end);
  }

  /** At the worker, which lets its core say whether the message is for it. */
  private void serve(SimulatedWorker worker) {
    OrderedStream stream = new OrderedStream(world, network, worker, session.head());
    worker.command(
        new Command.Admit(session.address(), null),
        answer -> {
          if (answer instanceof Answer.Done) {
            kill.segments().forEach(key -> strike(worker, stream, key));
          } else {
            stream.send(() -> session.lose("answered " + answer));
          }
        });
  }

  private void strike(SimulatedWorker worker, OrderedStream stream, SegmentKey key) {
    WorkerMachine machine = worker.machine();
    if (machine.identity().equals(kill.lost())) {
      stream.send(() -> blocked(key, "it is this worker's own"));
      return;
    }
    ProcessTree tree = machine.host().find(new Place(kill.lost(), key));
    boolean alive = tree != null && tree.isAlive();
    if (tree != null && alive) {
      machine.promises().striking(tree, kill.facts());
      machine.truth().struck(tree.requirePlace());
    }
    long agony = world.chance().between(0, LONGEST_AGONY_MILLIS);
    world
        .timeline()
        .after(
            agony,
            () -> {
              if (tree != null) {
                tree.die();
                machine.host().reap(tree);
              }
            });
    worker.process().later(agony + 1, () -> tell(machine, stream, key, alive));
  }

  private void tell(WorkerMachine machine, OrderedStream stream, SegmentKey key, boolean killed) {
    Outcome outcome =
        new Outcome(
            killed ? Outcome.Kind.KILLED : Outcome.Kind.ENDED,
            new ExitStatus.Lost("the worker that would know it is gone"),
            "",
            0,
            world.now(),
            1,
            killed ? kill.facts() : null);
    machine.truth().claimed(new Place(kill.lost(), key), outcome);
    stream.send(() -> proven(key, outcome));
  }

  private void proven(SegmentKey key, Outcome outcome) {
    if (!over) {
      unproven.remove(key);
      session.emit(
          new HeadEvent.LeftoverTerminated(
              session.identity(), session.instance(), kill.lost(), key, outcome));
    }
  }

  private void blocked(SegmentKey key, String reason) {
    if (!over) {
      session.emit(
          new HeadEvent.LeftoverBlocked(
              session.identity(), session.instance(), kill.lost(), key, reason));
    }
  }

  private void end() {
    if (!over) {
      over = true;
      if (!unproven.isEmpty()) {
        session.emit(
            new HeadEvent.LeftoverUnanswered(
                session.identity(),
                session.instance(),
                kill.lost(),
                ImmutableList.copyOf(unproven)));
      }
    }
  }
}
