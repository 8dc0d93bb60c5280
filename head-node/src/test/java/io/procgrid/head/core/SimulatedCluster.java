package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A head core among model workers, a model store and a hostile network, all from one seed. Messages
 * to workers are delayed, reordered, duplicated and lost, also across crashes of their sender;
 * head, workers and hosts crash; the store fails.
 *
 * <p>Checked after every step: what was answered as killed is dead and stays so; no segment begins
 * twice. At the end, with the faults over: every kill is proven and answered, nothing lives that
 * the registry holds to be over.
 */
final class SimulatedCluster {
  private record Message(HeadEffect.ToWorker effect, Epoch epoch, long connection) {}

  private record Connection(long number, WorkerInstance instance) {}

  private record Request(long head, long number) {}

  private final Random random;
  private final ModelStore store = new ModelStore();
  private final List<ModelWorker> workers = new ArrayList<>();
  private final List<Message> network = new ArrayList<>();
  private final Map<WorkerIdentity, Connection> connections = new HashMap<>();
  private final Map<Request, Command> open = new HashMap<>();
  private final Set<Long> acknowledged = new HashSet<>();
  private final Set<SegmentKey> answeredKilled = new HashSet<>();
  private final Deque<HeadEffect.Persist> persists = new ArrayDeque<>();
  private final Deque<HeadEffect.Probe> probes = new ArrayDeque<>();
  private HeadCore core;
  private Epoch epoch;
  private long now = 1;
  private long requests;
  private long heads;
  private long nextConnection = 1;
  private boolean faults = true;

  /** What happened, line by line: printed when a single seed is replayed. */
  final List<String> trace = new ArrayList<>();

  private int procs;

  SimulatedCluster(long seed, int workerCount) {
    random = new Random(seed);
    for (int number = 1; number <= workerCount; number++) {
      workers.add(new ModelWorker(number));
    }
    Recovered recovered = store.open(true);
    epoch = recovered.epoch();
    core = new HeadCore(recovered, new HeadCoreSettings(1_000, 0));
    perform(core.tick(now));
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
      check();
    }
    recoverFromFaults();
  }

  private void step() {
    int dice = random.nextInt(1000);
    if (dice < 120) {
      clientActs();
    } else if (dice < 480) {
      deliverOne();
    } else if (dice < 700) {
      answerPersist();
    } else if (dice < 760) {
      connectOne();
    } else if (dice < 820) {
      endOne();
    } else if (dice < 950) {
      passTime(random.nextInt(300));
    } else if (dice < 965) {
      lose(pick(workers));
    } else if (dice < 980) {
      pick(workers).restart();
    } else if (dice < 985) {
      pick(workers).reboot();
    } else if (dice < 992) {
      crashHead(random.nextInt(3) == 0);
    } else if (!network.isEmpty()) {
      network.remove(random.nextInt(network.size()));
    }
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private void clientActs() {
    int dice = random.nextInt(100);
    if (dice < 15) {
      ExecutionMode mode =
          random.nextBoolean() ? ExecutionMode.DISTRIBUTED : ExecutionMode.NONDISTRIBUTED;
      ProcDefinition proc = CoreDriver.proc("p" + procs++ % 4, mode, random.nextInt(3));
      submit(new Command.CreateProc(proc, new Bundle(proc.bundleHash(), new byte[0])));
    } else if (dice < 60) {
      String proc = "p" + random.nextInt(4);
      submit(
          new Command.Execute(
              CoreDriver.request(proc, "t" + random.nextInt(3), random.nextInt(10) == 0)));
    } else if (dice < 90) {
      submit(new Command.KillRuns(randomSelector(), randomTerms(), false, random.nextInt(6) == 0));
    } else if (dice < 93) {
      submit(new Command.DeleteProc("p" + random.nextInt(4), randomTerms()));
    } else {
      submit(new Command.QueryRuns(randomSelector(), random.nextInt(3) * 200L));
    }
  }

  private KillTerms randomTerms() {
    Long graceMillis = random.nextBoolean() ? null : Long.valueOf(random.nextInt(3) * 500L);
    Long answerTimeoutMillis = random.nextInt(4) == 0 ? null : Long.valueOf(random.nextInt(2_000));
    return new KillTerms(CoreDriver.FACTS, graceMillis, answerTimeoutMillis);
  }

  private Selector randomSelector() {
    return switch (random.nextInt(4)) {
      case 0 -> Selector.ALL;
      case 1 -> new Selector(null, "t" + random.nextInt(3), "", "");
      default -> CoreDriver.run(1 + random.nextInt(40));
    };
  }

  private void submit(Command command) {
    long request = ++requests;
    open.put(new Request(heads, request), command);
    event(new HeadEvent.Commanded(request, now, command));
  }

  private void event(HeadEvent event) {
    trace.add("%6d %s".formatted(now, event));
    perform(core.step(now, event));
  }

  private void perform(List<HeadEffect> effects) {
    for (HeadEffect effect : effects) {
      trace.add("       %s".formatted(effect));
      switch (effect) {
        case HeadEffect.Persist persist -> persists.add(persist);
        case HeadEffect.Reply(long request, Answer answer) -> answered(request, answer);
        case HeadEffect.Probe probe -> probes.add(probe);
        case HeadEffect.ToWorker toWorker ->
            network.add(new Message(toWorker, epoch, connectionTo(toWorker.identity())));
      }
    }
    while (!probes.isEmpty()) {
      HeadEffect.Probe probe = probes.remove();
      event(new HeadEvent.ProbeAnswered(probe.identity(), probe.instance(), presence(probe)));
    }
  }

  private HeadEvent.ProbeAnswered.Presence presence(HeadEffect.Probe probe) {
    for (ModelWorker worker : workers) {
      if (worker.instance.equals(probe.instance())) {
        return HeadEvent.ProbeAnswered.Presence.ALIVE;
      }
    }
    return random.nextBoolean()
        ? HeadEvent.ProbeAnswered.Presence.GONE
        : HeadEvent.ProbeAnswered.Presence.SILENT;
  }

  private void answered(long request, Answer answer) {
    Command command = open.remove(new Request(heads, request));
    if (command == null) {
      throw new AssertionError("request %d was answered twice".formatted(request));
    }
    if (answer instanceof Answer.Accepted(long runId)) {
      acknowledged.add(runId);
    }
    if (answer instanceof Answer.Killed killed) {
      for (long runId : killed.runIds()) {
        ModelStore.Row row = store.runs.get(runId);
        if (row == null) {
          continue;
        }
        for (int segment = 0; segment < row.segments.size(); segment++) {
          answeredKilled.add(new SegmentKey(runId, row.incarnation, segment));
        }
      }
    }
  }

  private void answerPersist() {
    if (persists.isEmpty()) {
      return;
    }
    HeadEffect.Persist persist = persists.remove();
    if (faults && random.nextInt(25) == 0) {
      event(new HeadEvent.StoreFailed(persist.ticket(), "disk full"));
      return;
    }
    store.apply(persist.mutations());
    event(new HeadEvent.Stored(persist.ticket()));
  }

  private void passTime(long millis) {
    now += millis;
    if (core.nextDeadline() <= now) {
      perform(core.tick(now));
    }
  }

  private void crashHead(boolean clusterStarts) {
    trace.add("%6d head crashes".formatted(now));
    heads++;
    open.clear();
    // What was on its way to the disk may or may not have arrived, in order.
    while (!persists.isEmpty() && random.nextBoolean()) {
      store.apply(persists.remove().mutations());
    }
    persists.clear();
    connections.clear();
    Recovered recovered = store.open(clusterStarts);
    epoch = recovered.epoch();
    core = new HeadCore(recovered, new HeadCoreSettings(1_000, 0));
    perform(core.tick(now));
  }

  private void connectOne() {
    ModelWorker worker = pick(workers);
    submit(new Command.RegisterWorker(CoreDriver.announcement(worker.number, worker.instance, 1)));
  }

  private void lose(ModelWorker worker) {
    Connection lost = connections.remove(worker.identity);
    if (lost != null) {
      event(new HeadEvent.LinkDown(worker.identity, lost.instance, "lost"));
    }
  }

  private void endOne() {
    ModelWorker worker = pick(workers);
    if (!worker.journal.isEmpty()) {
      SegmentKey key = pick(List.copyOf(worker.journal.keySet()));
      worker.end(key, random.nextInt(2));
      report(worker, key);
    }
  }

  private void report(ModelWorker worker, SegmentKey key) {
    ModelWorker.Entry entry = worker.journal.get(key);
    if (entry != null && entry.outcome != null && isConnected(worker)) {
      event(new HeadEvent.SegmentTerminated(worker.identity, worker.instance, key, entry.outcome));
    }
  }

  /** 0 = none. */
  private long connectionTo(WorkerIdentity identity) {
    Connection connection = connections.get(identity);
    return connection == null ? 0 : connection.number;
  }

  private boolean isConnected(ModelWorker worker) {
    Connection connection = connections.get(worker.identity);
    return connection != null && connection.instance.equals(worker.instance);
  }

  private void deliverOne() {
    if (network.isEmpty()) {
      return;
    }
    int index = random.nextInt(network.size());
    Message message = network.get(index);
    if (!faults || random.nextInt(20) != 0) {
      network.remove(index);
    }
    for (ModelWorker worker : workers) {
      if (worker.identity.equals(message.effect.identity())) {
        deliver(worker, message);
      }
    }
  }

  private void deliver(ModelWorker worker, Message message) {
    WorkerInstance instance = message.effect.instance();
    trace.add("       arrives: %s".formatted(message.effect));
    if (!worker.instance.equals(instance) || !worker.admits(message.epoch)) {
      return;
    }
    // An answer reaches only the connection that asked.
    boolean heard =
        message.effect instanceof HeadEffect.Dial
            || (message.epoch.equals(epoch)
                && connectionTo(worker.identity) == message.connection
                && message.connection != 0);
    List<HeadEvent> answers = new ArrayList<>();
    switch (message.effect) {
      case HeadEffect.Dial dial -> {
        if (dial.epoch().equals(epoch)) {
          lose(worker);
          connections.put(worker.identity, new Connection(nextConnection++, instance));
          answers.add(
              new HeadEvent.LinkUp(worker.identity, instance, epoch, 0, ImmutableList.of()));
        }
      }
      case HeadEffect.HangUp hangUp -> {}
      case HeadEffect.Probe probe -> throw new IllegalStateException("answered at once: " + probe);
      case HeadEffect.KillLeftover kill ->
          throw new IllegalStateException("no worker has found any: " + kill);
      case HeadEffect.FetchInventory fetch -> answers.add(inventory(worker));
      case HeadEffect.SendStart start -> {
        ImmutableList.Builder<HeadEvent.StartAnswer> decisions = ImmutableList.builder();
        for (HeadEffect.StartOrder order : start.orders()) {
          decisions.add(
              new HeadEvent.StartAnswer(
                  order.segment(),
                  order.dispatchNumber(),
                  worker.start(order.segment(), order.dispatchNumber()),
                  ""));
        }
        answers.add(new HeadEvent.StartAnswered(worker.identity, instance, decisions.build()));
      }
      case HeadEffect.SendKill kill -> {
        for (HeadEffect.KillOrder order : kill.orders()) {
          Outcome outcome = worker.kill(order.segment(), order.facts());
          answers.add(
              new HeadEvent.SegmentTerminated(worker.identity, instance, order.segment(), outcome));
        }
      }
      case HeadEffect.SendForget forget -> {
        for (HeadEffect.ForgetOrder order : forget.orders()) {
          boolean gone = worker.forget(order.segment(), order.lastDispatchNumber());
          answers.add(
              new HeadEvent.Forgotten(
                  worker.identity,
                  instance,
                  gone ? ImmutableList.of(order.segment()) : ImmutableList.of(),
                  gone ? ImmutableList.of() : ImmutableList.of(order.segment())));
        }
      }
      case HeadEffect.PutBundle put ->
          answers.add(new HeadEvent.BundleDelivered(worker.identity, instance, put.hash()));
      case HeadEffect.CollectOutput collect ->
          answers.add(
              new HeadEvent.OutputCollected(
                  worker.identity, instance, collect.segment(), SegmentOutput.NONE));
    }
    if (heard) {
      answers.forEach(this::event);
    }
  }

  private static HeadEvent inventory(ModelWorker worker) {
    ImmutableList.Builder<HeadEvent.InventoryItem> items = ImmutableList.builder();
    worker.journal.forEach((key, entry) ->
        items.add(
            new HeadEvent.InventoryItem(
                key,
                entry.outcome == null
                    ? HeadEvent.InventoryItem.State.RUNNING
                    : HeadEvent.InventoryItem.State.OVER,
                entry.outcome,
                1,
                1,
                false,
                null)));
    return new HeadEvent.InventoryReceived(worker.identity, worker.instance, items.build());
  }

  private void check() {
    for (ModelWorker worker : workers) {
      worker.began.forEach((key, count) -> {
        if (count > 1) {
          throw new AssertionError("segment %s began %d times".formatted(key, count));
        }
      });
      for (SegmentKey key : answeredKilled) {
        if (worker.isAlive(key)) {
          throw new AssertionError("segment %s lives, it was answered as killed".formatted(key));
        }
      }
    }
    for (long runId : acknowledged) {
      if (!store.runs.containsKey(runId) && !store.removedEntries.contains(runId)) {
        throw new AssertionError("run %d was acknowledged and is lost".formatted(runId));
      }
    }
  }

  private void recoverFromFaults() {
    faults = false;
    workers.forEach(this::lose);
    for (int round = 0; round < 400; round++) {
      for (ModelWorker worker : workers) {
        if (!isConnected(worker)) {
          submit(
              new Command.RegisterWorker(
                  CoreDriver.announcement(worker.number, worker.instance, 1)));
        }
        List.copyOf(worker.journal.keySet()).forEach(key -> report(worker, key));
      }
      while (!persists.isEmpty() || !network.isEmpty()) {
        answerPersist();
        deliverOne();
        check();
      }
      passTime(100);
    }
    assertConverged();
  }

  private void assertConverged() {
    open.forEach((request, command) -> {
      if (!(command instanceof Command.QueryRuns)) {
        throw new AssertionError("no answer to " + command);
      }
    });
    store.runs.forEach((runId, row) -> {
      if (row.intent != null && row.status == null) {
        throw new AssertionError("kill of run %d was never proven".formatted(runId));
      }
    });
    for (ModelWorker worker : workers) {
      worker.journal.forEach((key, entry) -> {
        ModelStore.Row row = store.runs.get(key.runId());
        boolean stands = row != null && row.incarnation == key.incarnation() && row.status == null;
        if (entry.alive && !stands) {
          throw new AssertionError("segment %s lives, its run is over".formatted(key));
        }
      });
    }
  }
}
