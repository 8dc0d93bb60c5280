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
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.process.ProcessRecord;
import io.procgrid.worker.process.TreeDeath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tells a core a story, event by event, with a journal that answers when it is told to. */
abstract class CoreStory {
  static final SegmentKey SEGMENT = new SegmentKey(7, 2, 0);
  static final SegmentKey EARLIER = new SegmentKey(7, 1, 0);
  static final SegmentSpec SPEC =
      new SegmentSpec("p", "0", 1, "bundle", "true", List.of(), Map.of(), Map.of(), false, 0);
  static final KillFacts FACTS = new KillFacts("alice", 1, "here");
  static final ProcessRecord PROCESS = new ProcessRecord("cgroup", 42, 1, "boot", "leaf", 500);
  static final Epoch EPOCH = new Epoch(3, "nonce");

  WorkerCore core = core("boot");
  final List<WorkerEffect> effects = new ArrayList<>();
  long now;
  private long lastRequest;

  static WorkerCore core(String bootId, Recovered.Entry... entries) {
    return new WorkerCore(
        new Recovered(
            new WorkerIdentity("identity"),
            new ClusterId("cluster"),
            EPOCH,
            0,
            0,
            ImmutableList.copyOf(entries),
            ImmutableSet.of("bundle")),
        new WorkerInstance("instance"),
        bootId);
  }

  void restartedWith(String bootId, Recovered.Entry... entries) {
    core = core(bootId, entries);
    step(new WorkerEvent.Resumed(0));
  }

  static Recovered.Intact entry(@Nullable ProcessRecord process, @Nullable Tombstone tombstone) {
    return new Recovered.Intact(SEGMENT, 3, true, SPEC, process, tombstone, null);
  }

  static Address to() {
    return new Address("cluster", "identity", "instance", EPOCH);
  }

  void step(WorkerEvent event) {
    effects.addAll(core.step(now, event));
  }

  long command(Command command) {
    step(new WorkerEvent.Commanded(++lastRequest, now, command));
    return lastRequest;
  }

  long start(SegmentKey segment, long number) {
    return command(
        new Command.Start(to(), ImmutableList.of(new Command.StartOrder(segment, number, SPEC))));
  }

  long kill(SegmentKey segment) {
    return command(new Command.Kill(to(), ImmutableList.of(new Command.KillOrder(segment, FACTS))));
  }

  /** The entry waiting for the journal longest, as durable. */
  JournalEntry journaled() {
    WorkerEffect.Journal effect = nextJournal();
    step(new WorkerEvent.Journaled(effect.ticket()));
    return effect.entry();
  }

  JournalEntry journalFails() {
    WorkerEffect.Journal effect = nextJournal();
    step(new WorkerEvent.JournalFailed(effect.ticket(), "no space left"));
    return effect.entry();
  }

  WorkerEffect.Journal nextJournal() {
    WorkerEffect.Journal effect =
        Objects.requireNonNull(
            all(WorkerEffect.Journal.class).stream().findFirst().orElse(null), "no entry waits");
    effects.remove(effect);
    return effect;
  }

  /** Lets time pass, with a tick at each deadline. */
  void pass(long millis) {
    long end = now + millis;
    while (core.nextDeadline() <= end) {
      now = Math.max(now, core.nextDeadline());
      effects.addAll(core.tick(now));
    }
    now = end;
  }

  <T> List<T> all(Class<T> type) {
    return effects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  Answer answer(long request) {
    return all(WorkerEffect.Reply.class).stream()
        .filter(reply -> reply.request() == request)
        .findFirst()
        .orElseThrow()
        .answer();
  }

  Answer.Decision decision(long request) {
    return ((Answer.StartsAnswered) answer(request)).answers().getFirst().decision();
  }

  List<KillStep> steps() {
    return all(WorkerEffect.Progress.class).stream().map(WorkerEffect.Progress::step).toList();
  }

  Outcome provenEnd() {
    return steps().stream()
        .filter(KillStep.Proven.class::isInstance)
        .map(step -> ((KillStep.Proven) step).outcome())
        .findFirst()
        .orElseThrow();
  }

  void running() {
    start(SEGMENT, 1);
    journaled();
    step(new WorkerEvent.Launched(SEGMENT, PROCESS));
    journaled();
    assertThat(all(WorkerEffect.Release.class)).hasSize(1);
    effects.clear();
  }

  void treeDies() {
    step(
        new WorkerEvent.TreeDead(
            SEGMENT, new TreeDeath(true, 1), new ExitStatus.Signalled(9), now));
  }
}
