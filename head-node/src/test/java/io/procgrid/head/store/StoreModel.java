package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Bundle;
import io.procgrid.head.core.KillIntent;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.RunRequest;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.core.Selector;
import io.procgrid.head.core.WorkerRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a store should hold, kept in memory by the plainest code that does it. */
final class StoreModel {
  /** The store would refuse the mutation. */
  static final class Refused extends Exception {}

  private static final class Segment {
    final String dataSegmentId;
    final int worker;
    @Nullable Placement placement;
    Mutation.@Nullable SegmentEnded end;
    @Nullable SegmentOutput output;
    boolean outputDue;

    Segment(String dataSegmentId, int worker, boolean outputDue) {
      this.dataSegmentId = dataSegmentId;
      this.worker = worker;
      this.outputDue = outputDue;
    }

    Segment copy() {
      Segment copy = new Segment(dataSegmentId, worker, outputDue);
      copy.placement = placement;
      copy.end = end;
      copy.output = output;
      return copy;
    }
  }

  private static final class Run {
    final RunRequest request;
    final ProcDefinition proc;
    long acceptedAt;
    int incarnation;
    @Nullable RunStatus status;
    long endedAt;
    @Nullable KillIntent intent;
    boolean entry;
    long taken;
    boolean cleared;
    List<Segment> segments = new ArrayList<>();

    Run(RunRequest request, ProcDefinition proc) {
      this.request = request;
      this.proc = proc;
    }

    Run copy() {
      Run copy = new Run(request, proc);
      copy.acceptedAt = acceptedAt;
      copy.incarnation = incarnation;
      copy.status = status;
      copy.endedAt = endedAt;
      copy.intent = intent;
      copy.entry = entry;
      copy.taken = taken;
      copy.cleared = cleared;
      segments.forEach(segment -> copy.segments.add(segment.copy()));
      return copy;
    }

    boolean isUnsettled() {
      return incarnation > 0
          && (status == null || segments.stream().anyMatch(segment -> segment.outputDue));
    }
  }

  private final TreeMap<String, ProcDefinition> procs = new TreeMap<>();
  private final Map<String, Bundle> bundles = new HashMap<>();
  private final TreeMap<Long, Run> runs = new TreeMap<>();
  private final TreeMap<Integer, WorkerRecord> workers = new TreeMap<>();
  private long nextRunId = 1;

  StoreModel copy() {
    StoreModel copy = new StoreModel();
    copy.procs.putAll(procs);
    copy.bundles.putAll(bundles);
    runs.forEach((id, run) -> copy.runs.put(id, run.copy()));
    copy.workers.putAll(workers);
    copy.nextRunId = nextRunId;
    return copy;
  }

  void apply(Mutation mutation) throws Refused {
    switch (mutation) {
      case Mutation.ProcCreated(ProcDefinition proc, Bundle bundle) -> {
        if (procs.containsKey(proc.name())) {
          throw new Refused();
        }
        procs.put(proc.name(), proc);
        bundles.putIfAbsent(bundle.hash(), bundle);
      }
      case Mutation.ProcDeleted(String name) -> {
        procs.remove(name);
        dropUnusedBundles();
      }
      case Mutation.RunCreated created -> create(created);
      case Mutation.AutoStartRemoved(long runId) -> {
        Run run = runs.get(runId);
        if (run != null && run.entry) {
          run.entry = false;
          if (run.cleared || run.incarnation == 0) {
            runs.remove(runId);
          }
        }
      }
      case Mutation.AutoStartTaken taken -> take(taken);
      case Mutation.SegmentsFixed fixed -> {
        Run run = current(fixed.runId(), fixed.incarnation());
        if (run == null || !run.segments.isEmpty()) {
          throw new Refused();
        }
        for (int i = 0; i < fixed.dataSegmentIds().size(); i++) {
          run.segments.add(
              new Segment(
                  fixed.dataSegmentIds().get(i),
                  fixed.workerNumbers().get(i),
                  run.request.maxOutputLines() > 0));
        }
      }
      case Mutation.SegmentPlaced(SegmentKey key, Placement placement) -> {
        Segment segment = segment(key);
        if (segment == null) {
          throw new Refused();
        }
        segment.placement = placement;
      }
      case Mutation.KillIntended(long runId, int incarnation, KillIntent intent) -> {
        Run run = current(runId, incarnation);
        if (run != null) {
          run.intent = intent;
        }
      }
      case Mutation.SegmentEnded ended -> {
        Segment segment = segment(ended.segment());
        if (segment != null) {
          segment.end = ended;
          segment.outputDue &= ended.outcome() != null && ended.outcome().startedAtMillis() != 0;
        }
      }
      case Mutation.RunEnded(long runId, int incarnation, RunStatus status, long atMillis) -> {
        Run run = current(runId, incarnation);
        if (run != null) {
          run.status = status;
          run.endedAt = atMillis;
        }
      }
      case Mutation.OutputSaved(SegmentKey key, SegmentOutput output) -> {
        Segment segment = segment(key);
        if (segment != null) {
          segment.output = output;
          segment.outputDue = false;
        }
      }
      case Mutation.RunsCleared(ImmutableList<Long> runIds) -> runIds.forEach(this::clear);
      // Each has tests of its own.
      case Mutation.EpochRaised _,
          Mutation.RunImported _,
          Mutation.RunReopened _,
          Mutation.SegmentImported _,
          Mutation.JournalImported _ ->
          throw new IllegalArgumentException("not modelled: " + mutation);
      case Mutation.WorkerRecorded(WorkerRecord worker) -> workers.put(worker.number(), worker);
    }
  }

  private void create(Mutation.RunCreated created) throws Refused {
    if (runs.containsKey(created.runId())) {
      throw new Refused();
    }
    Run run = new Run(created.request(), created.proc());
    run.acceptedAt = created.createdAtMillis();
    run.entry = created.request().executeAtStartup();
    run.incarnation = run.entry ? 0 : 1;
    run.taken = created.clusterStart();
    runs.put(created.runId(), run);
    nextRunId = Math.max(nextRunId, created.runId() + 1);
  }

  private void take(Mutation.AutoStartTaken taken) throws Refused {
    Run run = runs.get(taken.runId());
    boolean begins = taken.incarnation() > 0;
    if (run == null || !run.entry || (begins && run.incarnation >= taken.incarnation())) {
      if (begins) {
        throw new Refused();
      }
      return;
    }
    run.taken = taken.clusterStart();
    if (!begins) {
      return;
    }
    run.incarnation = taken.incarnation();
    run.acceptedAt = taken.atMillis();
    run.status = null;
    run.endedAt = 0;
    run.intent = null;
    run.cleared = false;
    run.segments.clear();
  }

  private void clear(long runId) {
    Run run = runs.get(runId);
    if (run == null || run.status == null) {
      return;
    }
    if (run.entry) {
      run.cleared = true;
      run.segments.clear();
    } else {
      runs.remove(runId);
    }
  }

  /** As opening the store does too. */
  void dropUnusedBundles() {
    bundles
        .keySet()
        .removeIf(hash ->
            procs.values().stream().noneMatch(proc -> proc.bundleHash().equals(hash))
                && runs.values().stream()
                    .noneMatch(run ->
                        run.proc.bundleHash().equals(hash) && (run.status == null || run.entry)));
  }

  private @Nullable Run current(long runId, int incarnation) {
    Run run = runs.get(runId);
    return run != null && run.incarnation == incarnation ? run : null;
  }

  private @Nullable Segment segment(SegmentKey key) {
    Run run = current(key.runId(), key.incarnation());
    return run != null && key.segment() < run.segments.size()
        ? run.segments.get(key.segment())
        : null;
  }

  boolean hasBundle(String hash) {
    return bundles.containsKey(hash);
  }

  Recovered recovered(Recovered term) {
    ImmutableList.Builder<Recovered.Entry> entries = ImmutableList.builder();
    ImmutableList.Builder<Recovered.Run> unsettled = ImmutableList.builder();
    runs.forEach((id, run) -> {
      if (run.entry) {
        entries.add(
            new Recovered.Entry(
                id, run.request, run.proc, run.taken, run.incarnation, run.cleared));
      }
      if (run.isUnsettled()) {
        unsettled.add(recovered(id, run));
      }
    });
    return new Recovered(
        term.clusterId(),
        term.epoch(),
        term.history(),
        term.clusterStart(),
        nextRunId,
        ImmutableList.copyOf(procs.values()),
        entries.build(),
        unsettled.build(),
        ImmutableList.copyOf(workers.values()));
  }

  private static Recovered.Run recovered(long id, Run run) {
    ImmutableList.Builder<Recovered.Segment> segments = ImmutableList.builder();
    for (int number = 0; number < run.segments.size(); number++) {
      Segment segment = run.segments.get(number);
      Mutation.SegmentEnded end = segment.end;
      segments.add(
          new Recovered.Segment(
              number,
              null,
              segment.dataSegmentId,
              segment.worker,
              segment.placement,
              end == null ? null : end.status(),
              end == null ? null : end.outcome(),
              end == null ? "" : end.message(),
              !segment.outputDue));
    }
    return new Recovered.Run(
        id, run.incarnation, run.request, run.proc, run.status, run.intent, segments.build());
  }

  ImmutableList<ArchivedRun> find(Selector selector) {
    ImmutableList.Builder<ArchivedRun> found = ImmutableList.builder();
    runs.forEach((id, run) -> {
      if (!run.cleared && matches(id, run, selector)) {
        found.add(archived(id, run));
      }
    });
    return found.build();
  }

  private boolean matches(long id, Run run, Selector selector) {
    return (selector.runId() == null || selector.runId() == id)
        && (selector.runTag().isEmpty() || selector.runTag().equals(run.request.runTag()))
        && (selector.procName().isEmpty() || selector.procName().equals(run.request.procName()))
        && (selector.worker().isEmpty()
            || run.segments.stream().anyMatch(segment -> isOn(segment, selector.worker())));
  }

  private boolean isOn(Segment segment, String worker) {
    Placement placement = segment.placement;
    if (placement == null) {
      WorkerRecord meant = workers.get(segment.worker);
      return meant != null && isNamed(meant, worker);
    }
    return placement.identity().value().equals(worker)
        || workers.values().stream()
            .anyMatch(
                known -> known.identity().equals(placement.identity()) && isNamed(known, worker));
  }

  private static boolean isNamed(WorkerRecord worker, String name) {
    return worker.identity().value().equals(name) || Integer.toString(worker.number()).equals(name);
  }

  private static ArchivedRun archived(long id, Run run) {
    ImmutableList.Builder<ArchivedRun.ArchivedSegment> segments = ImmutableList.builder();
    for (int i = 0; i < run.segments.size(); i++) {
      Segment segment = run.segments.get(i);
      Mutation.SegmentEnded end = segment.end;
      SegmentOutput output = segment.output;
      if (output == null && end != null && !segment.outputDue) {
        output = SegmentOutput.NONE;
      }
      segments.add(
          new ArchivedRun.ArchivedSegment(
              new SegmentKey(id, run.incarnation, i),
              segment.dataSegmentId,
              segment.placement,
              end == null ? null : end.status(),
              end == null ? "" : end.message(),
              end == null ? null : end.outcome(),
              output));
    }
    return new ArchivedRun(
        id,
        run.request,
        run.acceptedAt,
        run.incarnation,
        run.status,
        run.endedAt,
        segments.build());
  }
}
