package io.procgrid.simulation;

import io.procgrid.head.core.Answer.Registered;
import io.procgrid.head.core.Command.RegisterWorker;
import io.procgrid.head.core.WorkerAnnouncement;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;

/** Keeps a worker process registered: at its start, and whenever no Watch stands for a while. */
final class Registration {
  private static final long LOOK_MILLIS = 500;
  private static final long UNWATCHED_MILLIS = 1_000;
  private static final long CALL_MILLIS = 3_000;

  private final World world;
  private final SimulatedWorker worker;
  private final Network network;
  private long watchedAtMillis;
  private long attempts;

  Registration(World world, SimulatedWorker worker, Network network) {
    this.world = world;
    this.worker = worker;
    this.network = network;
  }

  void start() {
    register();
  }

  private void register() {
    long attempt = ++attempts;
    worker.command(
        new Command.TellStanding(), answer -> announce(attempt, (Answer.Standing) answer));
    worker.process().later(CALL_MILLIS, () -> retry(attempt));
  }

  private void retry(long attempt) {
    if (attempt == attempts) {
      register();
    }
  }

  private void announce(long attempt, Answer.Standing standing) {
    WorkerMachine machine = worker.machine();
    var cluster = standing.clusterId();
    WorkerAnnouncement announcement =
        new WorkerAnnouncement(
            cluster == null ? "" : cluster.value(),
            machine.identity(),
            worker.instance(),
            machine.number(),
            machine.address(),
            machine.slots(),
            machine.facts(),
            "simulated",
            standing.highestEpoch(),
            standing.highestRunId());
    network.register(
        worker,
        head ->
            head.submit(
                new RegisterWorker(announcement),
                answer ->
                    network.answerRegistration(
                        head, worker, () -> registered(attempt, answer instanceof Registered))));
  }

  private void registered(long attempt, boolean welcome) {
    if (!welcome || attempt != attempts) {
      return;
    }
    worker.command(
        new Command.JoinCluster(ModelStore.CLUSTER),
        answer -> {
          if (answer instanceof Answer.Done && attempt == attempts) {
            attempts++;
            watchedAtMillis = world.now();
            look();
          }
        });
  }

  private void look() {
    worker
        .process()
        .later(
            LOOK_MILLIS,
            () ->
                worker.command(
                    new Command.TellStanding(),
                    answer -> {
                      if (((Answer.Standing) answer).watched()) {
                        watchedAtMillis = world.now();
                      }
                      if (world.now() - watchedAtMillis >= UNWATCHED_MILLIS) {
                        register();
                      } else {
                        look();
                      }
                    }));
  }
}
