package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.HostFacts;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Drives a {@link HeadCore} by hand: keeps its effects, answers them as the test says, steps the
 * clock.
 */
final class CoreDriver {
  static final KillFacts FACTS = new KillFacts("ann", 1_000, "10.0.0.1:5");
  static final KillTerms TERMS = new KillTerms(FACTS, null, null);
  static final ClusterId CLUSTER = new ClusterId("cluster");
  static final Epoch EPOCH = new Epoch(3, "nonce");

  final HeadCore core;
  final Deque<HeadEffect.Persist> persists = new ArrayDeque<>();
  final List<HeadEffect.ToWorker> sent = new ArrayList<>();
  final List<Mutation> durable = new ArrayList<>();

  /** What is found out about processes whose place another claims; null = the test tells. */
  HeadEvent.ProbeAnswered.@Nullable Presence presence = HeadEvent.ProbeAnswered.Presence.GONE;

  private final Map<Long, Answer> answers = new HashMap<>();
  private long now = 1_000;
  private long lastRequest;
  private boolean storing;

  CoreDriver() {
    this(Recovered.empty(CLUSTER, EPOCH));
  }

  CoreDriver(Recovered recovered) {
    this(recovered, false);
  }

  CoreDriver(Recovered recovered, boolean holdStore) {
    storing = !holdStore;
    core = new HeadCore(recovered, new HeadCoreSettings(10_000, 0));
    take(core.tick(now));
  }

  /** What a store with these runs held. */
  static Recovered recovered(Recovered.Run... runs) {
    Recovered empty = Recovered.empty(CLUSTER, EPOCH);
    return new Recovered(
        empty.clusterId(),
        empty.epoch(),
        empty.history(),
        empty.clusterStart(),
        1_000,
        empty.procs(),
        empty.entries(),
        ImmutableList.copyOf(runs),
        empty.workers());
  }

  /** From now on persists wait for {@link #store()} or {@link #failStore}. */
  void holdStore() {
    storing = false;
  }

  /** Stores what waits, and everything from now on. */
  void store() {
    storing = true;
    settle();
  }

  /** Fails the oldest persist that waits. */
  void failStore(String reason) {
    HeadEffect.Persist first = persists.remove();
    take(core.step(now, new HeadEvent.StoreFailed(first.ticket(), reason)));
  }

  void event(HeadEvent event) {
    take(core.step(now, event));
  }

  /** Lets time pass, firing every deadline on the way. */
  void pass(long millis) {
    long end = now + millis;
    while (core.nextDeadline() <= end) {
      now = Math.max(now, core.nextDeadline());
      take(core.tick(now));
    }
    now = end;
  }

  long submit(Command command) {
    long request = ++lastRequest;
    event(new HeadEvent.Commanded(request, now, command));
    return request;
  }

  /** The answer, or null while there is none. */
  @Nullable Answer answer(long request) {
    return answers.get(request);
  }

  boolean hasAnswer(long request) {
    return answers.containsKey(request);
  }

  /** The answer, which must be there and of that type. */
  <A extends Answer> A answer(long request, Class<A> type) {
    Answer answer = answers.get(request);
    if (answer == null) {
      throw new AssertionError("no answer to request " + request);
    }
    return type.cast(answer);
  }

  /** Submits and returns the answer, which must be there and of that type. */
  <A extends Answer> A ask(Command command, Class<A> type) {
    return answer(submit(command), type);
  }

  private void take(List<HeadEffect> effects) {
    for (HeadEffect effect : effects) {
      switch (effect) {
        case HeadEffect.Persist persist -> persists.add(persist);
        case HeadEffect.Reply(long request, Answer answer) -> {
          if (answers.put(request, answer) != null) {
            throw new AssertionError("request %d was answered twice".formatted(request));
          }
        }
        case HeadEffect.Probe probe when presence != null ->
            take(
                core.step(
                    now,
                    new HeadEvent.ProbeAnswered(probe.identity(), probe.instance(), presence)));
        case HeadEffect.ToWorker toWorker -> sent.add(toWorker);
      }
    }
    settle();
  }

  private void settle() {
    while (storing && !persists.isEmpty()) {
      HeadEffect.Persist persist = persists.remove();
      durable.addAll(persist.mutations());
      take(core.step(now, new HeadEvent.Stored(persist.ticket())));
    }
  }

  // What tests say often.

  static ProcDefinition proc(String name, ExecutionMode mode, int maxConcurrency) {
    return new ProcDefinition(
        name,
        mode,
        "hash-" + name,
        "./run.sh",
        ImmutableList.of(),
        ImmutableMap.of(),
        maxConcurrency,
        false,
        ImmutableMap.of(),
        Grace.NONE);
  }

  static RunRequest request(String proc, String tag, boolean autoStart) {
    return new RunRequest(
        proc,
        ImmutableMap.of(),
        ImmutableMap.of(),
        ImmutableList.of(),
        ImmutableMap.of(),
        ImmutableList.of(),
        ImmutableMap.of(),
        tag,
        100,
        autoStart);
  }

  void create(ProcDefinition proc) {
    ask(
        new Command.CreateProc(proc, new Bundle(proc.bundleHash(), new byte[0])),
        Answer.Done.class);
  }

  /** Proc p runs once, proc d on every worker. */
  void createProcs() {
    create(proc("p", ExecutionMode.NONDISTRIBUTED, 0));
    create(proc("d", ExecutionMode.DISTRIBUTED, 0));
  }

  /** Creates the procs, has worker 1 join and a run of proc p started there; returns its id. */
  long runningOnFirstWorker() {
    createProcs();
    join(1);
    long runId = execute("p", "");
    runStarts();
    return runId;
  }

  long execute(String proc, String tag) {
    return ask(new Command.Execute(request(proc, tag, false)), Answer.Accepted.class).runId();
  }

  long kill(Selector selector) {
    return submit(new Command.KillRuns(selector, TERMS, false, false));
  }

  static Selector run(long runId) {
    return new Selector(runId, "", "", "");
  }

  static WorkerIdentity identity(int number) {
    return new WorkerIdentity("journal-" + number);
  }

  static WorkerInstance instance(int number) {
    return new WorkerInstance("process-" + number);
  }

  static WorkerAnnouncement announcement(int number, WorkerInstance instance, int slots) {
    return new WorkerAnnouncement(
        "",
        identity(number),
        instance,
        number,
        "127.0.0.1:" + (4000 + number),
        slots,
        new HostFacts("host", "Linux", "machine", "uuid", "boot"),
        "cgroup",
        null,
        0);
  }

  /** As an announcement of a worker that has seen an epoch and a run id. */
  static WorkerAnnouncement announcement(int number, Epoch highestEpoch, long highestRunId) {
    WorkerAnnouncement plain = announcement(number, instance(number), 1);
    return new WorkerAnnouncement(
        CLUSTER.value(),
        plain.identity(),
        plain.instance(),
        number,
        plain.address(),
        plain.slots(),
        plain.host(),
        plain.containment(),
        highestEpoch,
        highestRunId);
  }

  /** A live segment of an inventory, started as the run of that proc. */
  static HeadEvent.InventoryItem live(SegmentKey key, ProcDefinition proc, int segments) {
    SegmentSpec spec =
        new SegmentSpec(
            proc.name(),
            Integer.toString(key.segment() * 1000),
            segments,
            proc.bundleHash(),
            proc.command(),
            proc.arguments(),
            ImmutableMap.of(),
            proc.environment(),
            false,
            100);
    return new HeadEvent.InventoryItem(
        key, HeadEvent.InventoryItem.State.RUNNING, null, 7, 1_000, false, spec);
  }

  /** A segment of an inventory that is over. */
  static HeadEvent.InventoryItem over(SegmentKey key, Outcome outcome) {
    return new HeadEvent.InventoryItem(
        key, HeadEvent.InventoryItem.State.OVER, outcome, 0, 0, false, null);
  }

  /** The worker's connection stands. */
  void linkUp(int number, Epoch epoch) {
    event(
        new HeadEvent.LinkUp(
            identity(number), instance(number), epoch, 0, ImmutableList.of("hash-p", "hash-d")));
  }

  void linkDown(int number) {
    event(new HeadEvent.LinkDown(identity(number), instance(number), "no heartbeat"));
  }

  /** Answers every inventory that is asked for with these, as long as one is. */
  void inventory(int number, HeadEvent.InventoryItem... items) {
    while (takeSent(HeadEffect.FetchInventory.class).stream()
        .anyMatch(fetch -> fetch.identity().equals(identity(number)))) {
      event(
          new HeadEvent.InventoryReceived(
              identity(number), instance(number), ImmutableList.copyOf(items)));
    }
  }

  /** Registers a worker and brings its link to ready, with nothing in its journal but these. */
  void join(int number, HeadEvent.InventoryItem... items) {
    join(number, instance(number), items);
  }

  void join(int number, WorkerInstance instance, HeadEvent.InventoryItem... items) {
    ask(new Command.RegisterWorker(announcement(number, instance, 1)), Answer.Registered.class);
    event(
        new HeadEvent.LinkUp(
            identity(number), instance, EPOCH, 0, ImmutableList.of("hash-p", "hash-d")));
    event(new HeadEvent.InventoryReceived(identity(number), instance, ImmutableList.copyOf(items)));
  }

  /** The effects of that type sent so far, which are forgotten. */
  <E extends HeadEffect.ToWorker> List<E> takeSent(Class<E> type) {
    List<E> taken = new ArrayList<>();
    for (HeadEffect.ToWorker effect : List.copyOf(sent)) {
      if (type.isInstance(effect)) {
        taken.add(type.cast(effect));
        sent.remove(effect);
      }
    }
    return taken;
  }

  /** Answers every Start sent so far as accepted and running. */
  void runStarts() {
    for (HeadEffect.SendStart start : takeSent(HeadEffect.SendStart.class)) {
      for (HeadEffect.StartOrder order : start.orders()) {
        event(
            new HeadEvent.StartAnswered(
                start.identity(),
                start.instance(),
                ImmutableList.of(
                    new HeadEvent.StartAnswer(
                        order.segment(),
                        order.dispatchNumber(),
                        HeadEvent.StartAnswer.Decision.ACCEPTED,
                        ""))));
        event(
            new HeadEvent.SegmentStarted(
                start.identity(), start.instance(), order.segment(), 77, now));
      }
    }
  }

  static Outcome killedOutcome() {
    return new Outcome(
        Outcome.Kind.KILLED, new ExitStatus.Signalled(9), "", 1_000, 2_000, 1, FACTS);
  }

  static Outcome exited(int code) {
    return new Outcome(Outcome.Kind.ENDED, new ExitStatus.Exited(code), "", 1_000, 2_000, 0, null);
  }

  static Outcome signalled(int signal) {
    return new Outcome(
        Outcome.Kind.ENDED, new ExitStatus.Signalled(signal), "", 1_000, 2_000, 0, null);
  }

  static SegmentKey key(long runId, int segment) {
    return new SegmentKey(runId, 1, segment);
  }

  void terminated(int worker, SegmentKey key, Outcome outcome) {
    event(new HeadEvent.SegmentTerminated(identity(worker), instance(worker), key, outcome));
  }

  RunView view(long runId) {
    return ask(new Command.QueryRuns(run(runId), 0), Answer.Runs.class).runs().get(0);
  }
}
