package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.KillFacts;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Bundle;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.KillTerms;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.RunRequest;
import io.procgrid.head.core.Selector;
import java.util.function.Consumer;

/** Those who create, execute, kill, look and clear, as chance has it. */
final class Clients {
  private static final int PROCS = 4;
  private static final int TAGS = 3;
  private static final int LATEST_RUNS = 12;
  private static final long LONGEST_GRACE_MILLIS = 8_000;
  private static final long LONGEST_WAIT_MILLIS = 5_000;

  /** A worker that is not paused has taken up an operator's kill by then. */
  private static final long OPERATOR_MILLIS = 100;

  private final World world;
  private final Cluster cluster;
  private final Ledger ledger;
  private final KillWishes wishes;
  private final long busyMillis;
  private boolean stopped;
  private long latestRun = 1;

  Clients(World world, Cluster cluster, Ledger ledger, KillWishes wishes) {
    this.world = world;
    this.cluster = cluster;
    this.ledger = ledger;
    this.wishes = wishes;
    this.busyMillis = world.chance().oneIn(2) ? 60 : 400;
  }

  void start() {
    for (int proc = 0; proc < PROCS; proc++) {
      create(proc);
    }
    act();
  }

  void stop() {
    stopped = true;
  }

  private void act() {
    if (stopped) {
      return;
    }
    actOnce();
    world.timeline().after(world.chance().between(0, busyMillis), this::act);
  }

  private void actOnce() {
    int dice = world.chance().below(100);
    if (dice < 6) {
      create(world.chance().below(PROCS));
    } else if (dice < 62) {
      execute();
    } else if (dice < 85) {
      kill(selector(), world.chance().oneIn(6));
    } else if (dice < 87) {
      deleteProc();
    } else if (dice < 88) {
      operatorKills();
    } else if (dice < 92) {
      clear();
    } else if (dice < 93) {
      submit(new Command.ShowWorkers(), answer -> {});
    } else {
      submit(new Command.QueryRuns(selector(), world.chance().below(3) * 200L), answer -> {});
    }
  }

  private void submit(Command command, Consumer<Answer> answered) {
    cluster.submit(command, answered);
  }

  private void create(int number) {
    String name = "p" + number;
    ExecutionMode mode =
        world.chance().oneIn(2) ? ExecutionMode.DISTRIBUTED : ExecutionMode.NONDISTRIBUTED;
    ProcDefinition proc =
        new ProcDefinition(
            name,
            mode,
            "hash-" + name,
            "./run.sh",
            ImmutableList.of(),
            ImmutableMap.of(),
            world.chance().below(4),
            world.chance().oneIn(2),
            ImmutableMap.of(),
            world.chance().oneIn(2)
                ? Grace.NONE
                : new Grace(Grace.SIGTERM, world.chance().between(1, LONGEST_GRACE_MILLIS)));
    submit(new Command.CreateProc(proc, new Bundle(proc.bundleHash(), new byte[0])), answer -> {});
  }

  private void execute() {
    RunRequest request =
        new RunRequest(
            "p" + world.chance().below(PROCS),
            ImmutableMap.of(),
            ImmutableMap.of(),
            ImmutableList.of(),
            ImmutableMap.of(),
            ImmutableList.of(),
            ImmutableMap.of(),
            "t" + world.chance().below(TAGS),
            world.chance().oneIn(3) ? 100 : 0,
            world.chance().oneIn(12));
    submit(
        new Command.Execute(request),
        answer -> {
          if (answer instanceof Answer.Accepted(long runId)) {
            latestRun = Math.max(latestRun, runId);
            ledger.accepted(runId);
          }
        });
  }

  private Selector selector() {
    return switch (world.chance().below(8)) {
      case 0 -> Selector.ALL;
      case 1 -> new Selector(null, "t" + world.chance().below(TAGS), "", "");
      case 2 -> new Selector(null, "", "p" + world.chance().below(PROCS), "");
      case 3 -> new Selector(null, "", "", Integer.toString(1 + world.chance().below(4)));
      default -> new Selector(recentRun(), "", "", "");
    };
  }

  private long recentRun() {
    return Math.max(1, latestRun - world.chance().below(LATEST_RUNS));
  }

  private KillFacts facts() {
    return new KillFacts("ann", world.now(), "10.0.0.1:5");
  }

  private KillTerms terms() {
    Long grace =
        switch (world.chance().below(4)) {
          case 0 -> null;
          case 1 -> world.chance().between(1, LONGEST_GRACE_MILLIS);
          default -> 0L;
        };
    Long timeout = world.chance().oneIn(8) ? null : world.chance().between(1, LONGEST_WAIT_MILLIS);
    return new KillTerms(facts(), grace, timeout);
  }

  /** Also those of auto-start entries when so asked. */
  private void kill(Selector selector, boolean clearAutoStart) {
    if (!cluster.isServed()) {
      return;
    }
    kill(selector, terms(), clearAutoStart);
  }

  /** Everything, at once, and entries too. */
  void killAll() {
    kill(Selector.ALL, new KillTerms(facts(), 0L, null), true);
  }

  private void kill(Selector selector, KillTerms terms, boolean clearAutoStart) {
    Ledger.Kill kill = ledger.killAsked(selector, terms);
    submit(
        new Command.KillRuns(selector, terms, false, clearAutoStart),
        answer -> ledger.killAnswered(kill, answer));
  }

  private void deleteProc() {
    if (!cluster.isServed()) {
      return;
    }
    String name = "p" + world.chance().below(PROCS);
    KillTerms terms = terms();
    Ledger.Kill kill = ledger.killAsked(new Selector(null, "", name, ""), terms);
    submit(new Command.DeleteProc(name, terms), answer -> ledger.killAnswered(kill, answer));
  }

  /** An operator gives a worker up, which is refused while it is connected. */
  void forget(WorkerIdentity worker, Runnable done) {
    submit(
        new Command.ForgetWorker(worker.value(), facts()),
        answer -> {
          if (answer instanceof Answer.WorkerForgotten) {
            done.run();
          }
        });
  }

  private void clear() {
    submit(new Command.ClearRuns(ImmutableList.of(recentRun(), recentRun())), answer -> {});
  }

  /** Somebody on a worker's host has all that is there killed, without any head. */
  private void operatorKills() {
    WorkerMachine machine = world.chance().pick(cluster.machines());
    SimulatedWorker worker = machine.worker();
    if (worker == null || machine.journal().cluster() == null || !worker.process().isRunning()) {
      return;
    }
    Selector here = new Selector(null, "", "", machine.identity().value());
    KillTerms terms = new KillTerms(facts(), 0L, null);
    KillWishes.Wish wish = wishes.begin(here, terms, world.now());
    world.timeline().after(OPERATOR_MILLIS, () -> wishes.end(wish, world.now()));
    worker.command(
        new io.procgrid.worker.core.Command.KillAll(
            ModelStore.CLUSTER.value(), machine.identity().value(), terms.facts()),
        answer -> {});
  }
}
