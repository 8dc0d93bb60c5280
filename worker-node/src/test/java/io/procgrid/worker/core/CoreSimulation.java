package io.procgrid.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.process.ProcessRecord;
import io.procgrid.worker.process.TreeDeath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Plays head, journal and processes around a core, from a seed: messages repeat and come late, the
 * journal fails, the worker crashes at any step and starts again from what was durable. What must
 * never happen is asserted at each effect.
 */
final class CoreSimulation {
  private static final int KEYS = 4;

  /** What the disk holds of a segment. */
  private static final class Durable {
    boolean accepted;
    @Nullable SegmentSpec spec;
    long epoch;
    long number;
    @Nullable ProcessRecord process;
    @Nullable Tombstone tombstone;
    @Nullable Outcome end;
    boolean damaged;
  }

  /** A process tree of the host. */
  private static final class Tree {
    boolean released;
    boolean alive = true;
    boolean leaderOver;
    boolean leaderTold;
    boolean toSignal;
    boolean toKill;
    boolean toAwait;
  }

  private final Random random;
  private final Map<SegmentKey, Durable> disk = new TreeMap<>();
  private final Map<SegmentKey, Tree> trees = new TreeMap<>();
  private final Map<SegmentKey, Integer> executions = new HashMap<>();
  private final Set<SegmentKey> everKilled = new HashSet<>();
  private final Set<SegmentKey> provenToKiller = new HashSet<>();
  private final Set<SegmentKey> knownOver = new HashSet<>();
  private final Set<Long> watches = new HashSet<>();
  private final List<Command.Start> sent = new ArrayList<>();
  private long diskEpoch;
  private long diskNumber;
  private long now;
  private long lastRequest;
  private long epoch = 1;
  private long number;
  private int instance;

  // What a crash loses.
  private WorkerCore core;
  private final Deque<WorkerEffect.Journal> journal = new ArrayDeque<>();
  private final Set<SegmentKey> launching = new TreeSet<>();
  private final Set<SegmentKey> adopting = new TreeSet<>();
  private final Set<SegmentKey> killedSinceStart = new HashSet<>();
  private final Set<Long> openRequests = new HashSet<>();

  CoreSimulation(long seed) {
    random = new Random(seed);
    core = boot();
    connect();
  }

  /** Plays so many random steps, then lets everything settle with a journal that works. */
  void play(int steps) {
    for (int i = 0; i < steps; i++) {
      randomStep();
    }
    killAllAndSettle();
  }

  // ---- The world ----

  private WorkerCore boot() {
    instance++;
    ImmutableList.Builder<Recovered.Entry> entries = ImmutableList.builder();
    disk.forEach((key, durable) -> entries.add(entry(key, durable)));
    Recovered recovered =
        new Recovered(
            new WorkerIdentity("identity"),
            new ClusterId("cluster"),
            diskEpoch == 0 ? null : new Epoch(diskEpoch, "nonce"),
            diskNumber,
            0,
            entries.build(),
            ImmutableSet.of("bundle"));
    return new WorkerCore(recovered, new WorkerInstance("instance-" + instance), "boot");
  }

  private static Recovered.Entry entry(SegmentKey key, Durable durable) {
    if (durable.damaged && durable.end == null) {
      return new Recovered.Doubtful(
          key,
          durable.epoch,
          durable.process,
          0,
          durable.tombstone,
          "its record is damaged",
          Recovered.Doubtful.Remedy.KILL);
    }
    return new Recovered.Intact(
        key,
        durable.epoch,
        durable.accepted,
        durable.end == null ? durable.spec : null,
        durable.process,
        durable.tombstone,
        durable.end);
  }

  /** What a bad block does to a record: which process it named may be lost with it. */
  private void damage() {
    for (Durable durable : disk.values()) {
      if (durable.accepted && random.nextInt(12) == 0) {
        durable.damaged = true;
        if (random.nextBoolean()) {
          durable.process = null;
        }
      }
    }
  }

  private void crash() {
    // Entries on their way may or may not have reached the disk, in their order.
    int durable = journal.isEmpty() ? 0 : random.nextInt(journal.size() + 1);
    for (int i = 0; i < durable; i++) {
      JournalEntry entry = journal.remove().entry();
      if (isPossible(entry)) {
        write(entry);
      }
    }
    journal.clear();
    launching.clear();
    adopting.clear();
    killedSinceStart.clear();
    openRequests.clear();
    // At the gate, the end of the worker is the end of the process.
    trees.values().removeIf(tree -> !tree.released);
    for (Tree tree : trees.values()) {
      tree.toSignal = false;
      tree.toKill = false;
      tree.toAwait = false;
      tree.leaderTold = false;
    }
    damage();
    core = boot();
    if (random.nextInt(4) == 0) {
      epoch++;
      number = 0;
    }
    step(new WorkerEvent.Resumed(now));
    connect();
  }

  private void write(JournalEntry entry) {
    switch (entry) {
      case JournalEntry.ClusterJoined joined -> {}
      case JournalEntry.TermOpened opened -> {
        diskEpoch = opened.epoch().counter();
        diskNumber = 0;
      }
      case JournalEntry.Accepted accepted -> {
        Durable durable = new Durable();
        durable.accepted = true;
        durable.spec = accepted.spec();
        durable.epoch = accepted.epoch().counter();
        durable.number = accepted.dispatchNumber();
        disk.put(accepted.segment(), durable);
        if (durable.epoch == diskEpoch) {
          diskNumber = Math.max(diskNumber, durable.number);
        }
      }
      case JournalEntry.ProcessRecorded recorded ->
          entryOf(recorded.segment()).process = recorded.process();
      case JournalEntry.Tombstoned tombstoned -> {
        Durable durable =
            disk.computeIfAbsent(
                tombstoned.segment(),
                key -> {
                  Durable fresh = new Durable();
                  fresh.epoch = tombstoned.epochCounter();
                  return fresh;
                });
        durable.tombstone = tombstoned.tombstone();
      }
      case JournalEntry.Ended ended -> entryOf(ended.segment()).end = ended.outcome();
      case JournalEntry.Forgotten forgotten -> disk.remove(forgotten.segment());
    }
  }

  private Durable entryOf(SegmentKey key) {
    Durable durable = disk.get(key);
    if (durable == null) {
      throw new AssertionError("no entry of %s on the disk".formatted(key));
    }
    return durable;
  }

  // ---- Steps ----

  private void randomStep() {
    now += random.nextInt(400);
    switch (random.nextInt(15)) {
      case 0, 1 -> sendStart();
      case 2 -> resendStart();
      case 3 -> kill(randomKey(), randomGrace());
      case 4, 5, 6 -> answerJournal(random.nextInt(8) > 0);
      case 7, 8 -> endLaunch();
      case 9 -> endLeader();
      case 10, 11 -> endTree();
      case 12 -> forget(randomKey());
      case 13 -> {
        if (random.nextInt(8) == 0) {
          crash();
        } else {
          tick();
        }
      }
      case 14 -> endSignal();
      default -> throw new AssertionError();
    }
  }

  private SegmentKey randomKey() {
    return new SegmentKey(1 + random.nextInt(KEYS), 1 + random.nextInt(2), 0);
  }

  private SegmentSpec spec() {
    return new SegmentSpec(
        "proc", "0", 1, "bundle", "true", List.of(), Map.of(), Map.of(), random.nextBoolean(), 0);
  }

  private Address to() {
    return new Address("cluster", "identity", "instance-" + instance, new Epoch(epoch, "nonce"));
  }

  private void command(Command command) {
    openRequests.add(++lastRequest);
    step(new WorkerEvent.Commanded(lastRequest, now, command));
  }

  private void connect() {
    command(new Command.Connect(to(), 1));
    while (!journal.isEmpty()) {
      answerJournal(true);
    }
    command(new Command.Watch(to(), 0));
    watches.add(lastRequest);
    command(new Command.ListInventory(to()));
  }

  private void sendStart() {
    Command.StartOrder order = new Command.StartOrder(randomKey(), ++number, spec());
    // A head never asks again for what it knows to be over, nor for an incarnation before that.
    SegmentKey later = new SegmentKey(order.segment().runId(), 2, 0);
    if (knownOver.contains(order.segment()) || knownOver.contains(later)) {
      return;
    }
    Command.Start start = new Command.Start(to(), ImmutableList.of(order));
    sent.add(start);
    command(start);
  }

  /** A message that was delayed, or that came twice. */
  private void resendStart() {
    if (!sent.isEmpty()) {
      command(sent.get(random.nextInt(sent.size())));
    }
  }

  /** A head kills only what it does not know to be over. */
  private void kill(SegmentKey key, Grace grace) {
    if (knownOver.contains(key)) {
      return;
    }
    everKilled.add(key);
    killedSinceStart.add(key);
    if (key.incarnation() == 2) {
      SegmentKey before = new SegmentKey(key.runId(), 1, 0);
      killedSinceStart.add(before);
      everKilled.add(before);
    }
    command(
        new Command.Kill(
            to(),
            ImmutableList.of(
                new Command.KillOrder(key, new KillFacts("user", now, "test"), grace))));
    Tree tree = trees.get(key);
    if (grace.isNone() && tree != null && tree.released && !adopting.contains(key)) {
      assertThat(tree.toKill || !tree.alive).as("killed at once: %s", key).isTrue();
    }
  }

  /** A head forgets only what it knows to be over. */
  private void forget(SegmentKey key) {
    if (!knownOver.contains(key)) {
      return;
    }
    command(new Command.Forget(to(), ImmutableList.of(new Command.ForgetOrder(key, number))));
  }

  private void answerJournal(boolean works) {
    WorkerEffect.Journal effect = journal.poll();
    if (effect == null) {
      return;
    }
    if (works && isPossible(effect.entry())) {
      write(effect.entry());
      step(new WorkerEvent.Journaled(effect.ticket()));
    } else {
      step(new WorkerEvent.JournalFailed(effect.ticket(), "no space"));
    }
  }

  /** An end whose tombstone failed has no entry to go to. */
  private boolean isPossible(JournalEntry entry) {
    return !(entry instanceof JournalEntry.Ended ended) || disk.containsKey(ended.segment());
  }

  private void endLaunch() {
    for (SegmentKey key : List.copyOf(adopting)) {
      adopting.remove(key);
      step(new WorkerEvent.Adopted(key));
      return;
    }
    for (SegmentKey key : List.copyOf(launching)) {
      launching.remove(key);
      if (random.nextInt(8) == 0) {
        step(new WorkerEvent.LaunchFailed(key, "no such file", now));
        return;
      }
      trees.put(key, new Tree());
      step(
          new WorkerEvent.Launched(
              key, new ProcessRecord("simulated", 42, 1, "boot", "place", now)));
      return;
    }
  }

  private Grace randomGrace() {
    return random.nextBoolean() ? Grace.NONE : new Grace(15, 1 + random.nextInt(20_000));
  }

  private void endSignal() {
    for (Map.Entry<SegmentKey, Tree> entry : List.copyOf(trees.entrySet())) {
      Tree tree = entry.getValue();
      if (tree.toSignal) {
        tree.toSignal = false;
        step(new WorkerEvent.TreeSignalled(entry.getKey(), tree.alive));
        return;
      }
    }
  }

  private void endLeader() {
    for (Map.Entry<SegmentKey, Tree> entry : List.copyOf(trees.entrySet())) {
      Tree tree = entry.getValue();
      if (tree.released && !tree.leaderTold && !adopting.contains(entry.getKey())) {
        tree.leaderOver = true;
        tree.leaderTold = true;
        step(new WorkerEvent.LeaderExited(entry.getKey(), new ExitStatus.Exited(0)));
        return;
      }
    }
  }

  private void endTree() {
    for (Map.Entry<SegmentKey, Tree> entry : List.copyOf(trees.entrySet())) {
      Tree tree = entry.getValue();
      if (tree.toKill) {
        tree.toKill = false;
        boolean seen = tree.alive && (!tree.leaderOver || random.nextBoolean());
        tree.alive = false;
        ExitStatus leader =
            tree.leaderOver ? new ExitStatus.Exited(0) : new ExitStatus.Signalled(9);
        tree.leaderOver = true;
        step(
            new WorkerEvent.TreeDead(
                entry.getKey(), new TreeDeath(seen, seen ? 1 : 0), leader, now));
        return;
      }
      if (tree.toAwait) {
        tree.toAwait = false;
        tree.alive = false;
        step(new WorkerEvent.TreeEmpty(entry.getKey(), now));
        return;
      }
    }
  }

  private void tick() {
    now += random.nextInt(12_000);
    if (core.nextDeadline() <= now) {
      check(core.tick(now));
    }
  }

  private void killAllAndSettle() {
    for (int run = 1; run <= KEYS; run++) {
      kill(new SegmentKey(run, 1, 0), randomGrace());
      kill(new SegmentKey(run, 2, 0), randomGrace());
    }
    for (int i = 0; i < 200; i++) {
      answerJournal(true);
      endLaunch();
      endSignal();
      endTree();
      now += 1_100;
      check(core.tick(now));
    }
    openRequests.removeAll(watches);
    assertThat(openRequests).as("requests without an answer").isEmpty();
    assertThat(trees.values()).as("trees alive").noneMatch(tree -> tree.alive);
    assertThat(journal).isEmpty();
  }

  // ---- What must never happen ----

  private void step(WorkerEvent event) {
    check(core.step(now, event));
  }

  private void check(List<WorkerEffect> effects) {
    for (WorkerEffect effect : effects) {
      check(effect);
    }
  }

  private void check(WorkerEffect effect) {
    switch (effect) {
      case WorkerEffect.Journal entry -> journal.add(entry);
      case WorkerEffect.Launch(SegmentKey key, SegmentSpec spec) -> launching(key);
      case WorkerEffect.CancelLaunch(SegmentKey key) -> {
        if (random.nextBoolean() && launching.remove(key)) {
          step(new WorkerEvent.LaunchCancelled(key));
        }
      }
      case WorkerEffect.Adopt(SegmentKey key, ProcessRecord process) -> {
        adopting.add(key);
        // A process that was never released died at the gate, with its worker.
        trees.computeIfAbsent(key, k -> deadTree());
      }
      case WorkerEffect.Find(SegmentKey key, ProcessRecord process) -> {
        adopting.add(key);
        trees.computeIfAbsent(key, k -> deadTree());
      }
      case WorkerEffect.Release(SegmentKey key) -> released(key);
      case WorkerEffect.SignalTree(SegmentKey key, int signal) -> signalling(key);
      case WorkerEffect.KillTree(SegmentKey key) -> tree(key).toKill = true;
      case WorkerEffect.AwaitEmpty(SegmentKey key) -> tree(key).toAwait = true;
      case WorkerEffect.CleanUp(SegmentKey key) -> {
        Tree tree = trees.get(key);
        assertThat(tree == null || !tree.alive).as("cleaned up alive: %s", key).isTrue();
      }
      case WorkerEffect.DropBundle(String hash) -> {
        assertThat(launching).as("launched from a bundle that is dropped").isEmpty();
        step(new WorkerEvent.BundleStored(hash));
      }
      case WorkerEffect.Progress(long request, KillStep.Proven(var key, var outcome)) -> {
        assertProven(key, outcome);
        assertThat(entryOf(key).tombstone).as("tombstone of %s", key).isNotNull();
        provenToKiller.add(key);
      }
      case WorkerEffect.Progress(long request, KillStep.Pending pending) -> {}
      case WorkerEffect.Notify(long request, long n, Notice.Terminated(var key, var outcome)) ->
          assertProven(key, outcome);
      case WorkerEffect.Notify notify -> {}
      case WorkerEffect.Reply(long request, Answer answer) -> {
        assertThat(openRequests.remove(request)).as("answered once").isTrue();
        replied(answer);
      }
    }
  }

  private void launching(SegmentKey key) {
    Durable durable = entryOf(key);
    assertThat(durable.accepted).as("launched undurable: %s", key).isTrue();
    assertThat(durable.end).as("launched after its end: %s", key).isNull();
    assertThat(durable.damaged).as("launched although damaged: %s", key).isFalse();
    assertThat(killedSinceStart).as("launched after its kill").doesNotContain(key);
    launching.add(key);
  }

  private void released(SegmentKey key) {
    Tree tree = tree(key);
    assertThat(entryOf(key).process).as("released unrecorded: %s", key).isNotNull();
    assertThat(entryOf(key).tombstone).as("released under a tombstone: %s", key).isNull();
    assertThat(killedSinceStart).as("released after its kill").doesNotContain(key);
    assertThat(provenToKiller).as("came back from the dead").doesNotContain(key);
    tree.released = true;
    assertThat(executions.merge(key, 1, Integer::sum)).as("executions of %s", key).isEqualTo(1);
    for (Map.Entry<SegmentKey, Tree> other : trees.entrySet()) {
      boolean sameSegment = other.getKey().runId() == key.runId() && other.getValue() != tree;
      assertThat(sameSegment && other.getValue().alive).as("two incarnations at once").isFalse();
    }
  }

  private void signalling(SegmentKey key) {
    Tree tree = tree(key);
    assertThat(tree.released).as("signalled before its release: %s", key).isTrue();
    assertThat(killedSinceStart.contains(key) || entryOf(key).tombstone != null)
        .as("signalled without a kill: %s", key)
        .isTrue();
    Tombstone tombstone = entryOf(key).tombstone;
    assertThat(tombstone != null && tombstone.grace() != null && tombstone.grace().reached())
        .as("signalled once more: %s", key)
        .isFalse();
    tree.toSignal = true;
  }

  private void assertProven(SegmentKey key, Outcome outcome) {
    Tree tree = trees.get(key);
    assertThat(tree == null || !tree.alive).as("%s reported dead but lives", key).isTrue();
    assertThat(launching).as("reported dead but being launched").doesNotContain(key);
    assertThat(entryOf(key).end).as("end of %s", key).isEqualTo(outcome);
    knownOver.add(key);
    if (outcome.kind() == Outcome.Kind.KILLED || outcome.kind() == Outcome.Kind.NEVER_STARTED) {
      assertThat(everKilled).contains(key);
    }
    Tombstone tombstone = entryOf(key).tombstone;
    if (tombstone != null && tombstone.grace() != null && tombstone.grace().reached()) {
      assertThat(outcome.kind()).as("%s heeded its signal", key).isEqualTo(Outcome.Kind.KILLED);
    }
    if (outcome.kind() == Outcome.Kind.NEVER_STARTED) {
      assertThat(executions).doesNotContainKey(key);
    }
    for (Map.Entry<SegmentKey, Tree> earlier : trees.entrySet()) {
      boolean covered =
          earlier.getKey().runId() == key.runId()
              && earlier.getKey().incarnation() < key.incarnation();
      assertThat(covered && earlier.getValue().alive)
          .as("%s reported dead, %s lives", key, earlier.getKey())
          .isFalse();
    }
  }

  private void replied(Answer answer) {
    switch (answer) {
      case Answer.StartsAnswered answered -> {
        for (Answer.StartAnswer each : answered.answers()) {
          if (each.decision() == Answer.Decision.ACCEPTED) {
            assertThat(disk).as("accepted undurable").containsKey(each.segment());
          }
        }
      }
      case Answer.ForgetAnswered answered -> {
        for (SegmentKey key : answered.forgotten()) {
          Tree tree = trees.get(key);
          assertThat(tree == null || !tree.alive).as("forgotten alive: %s", key).isTrue();
          assertThat(disk).doesNotContainKey(key);
        }
      }
      case Answer.Connected connected ->
          assertThat(diskEpoch).as("epoch durable").isEqualTo(connected.highestEpoch().counter());
      case Answer.Done done -> {}
      case Answer.Refused refused -> {}
      case Answer.Unavailable unavailable -> {}
      case Answer.UnknownSegment unknown -> {}
      case Answer.Listed listed -> {
        for (Answer.InventoryItem item : listed.items()) {
          if (item.state() == Answer.State.OVER) {
            knownOver.add(item.segment());
          }
        }
      }
      case Answer.Standing standing -> {}
    }
  }

  private Tree tree(SegmentKey key) {
    Tree tree = trees.get(key);
    if (tree == null) {
      throw new AssertionError("no tree of %s".formatted(key));
    }
    return tree;
  }

  private static Tree deadTree() {
    Tree tree = new Tree();
    tree.released = true;
    tree.alive = false;
    tree.leaderOver = true;
    return tree;
  }
}
