package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What mutations mean, in memory: the store of tests that crash a head and let the next one
 * recover.
 */
final class ModelStore {
  /** A run's row. */
  static final class Row {
    final RunRequest request;
    final ProcDefinition proc;
    boolean entry;
    long taken;
    int incarnation;
    boolean cleared;
    @Nullable RunStatus status;
    @Nullable KillIntent intent;
    final List<Recovered.Segment> segments = new ArrayList<>();

    Row(RunRequest request, ProcDefinition proc) {
      this.request = request;
      this.proc = proc;
    }
  }

  final TreeMap<Long, Row> runs = new TreeMap<>();

  /** Entries that never ran and are gone. */
  final Set<Long> removedEntries = new HashSet<>();

  private final TreeMap<String, ProcDefinition> procs = new TreeMap<>();
  private final Map<WorkerIdentity, WorkerRecord> workers = new TreeMap<>(BY_NAME);
  private long nextRunId = 1;
  private long epoch;
  private long clusterStart = 1;

  private static final Comparator<WorkerIdentity> BY_NAME =
      Comparator.comparing(WorkerIdentity::value);

  /** The next head opens the store. */
  Recovered open(boolean clusterStarts) {
    epoch++;
    if (clusterStarts && epoch > 1) {
      clusterStart++;
    }
    ImmutableList.Builder<Recovered.Entry> entries = ImmutableList.builder();
    ImmutableList.Builder<Recovered.Run> unfinished = ImmutableList.builder();
    runs.forEach((runId, row) -> {
      if (row.entry) {
        entries.add(
            new Recovered.Entry(
                runId, row.request, row.proc, row.taken, row.incarnation, row.cleared));
      }
      if (row.incarnation > 0 && !row.cleared && !isComplete(row)) {
        unfinished.add(
            new Recovered.Run(
                runId,
                row.incarnation,
                row.request,
                row.proc,
                row.status,
                row.intent,
                ImmutableList.copyOf(row.segments)));
      }
    });
    return new Recovered(
        CoreDriver.CLUSTER,
        new Epoch(epoch, "nonce" + epoch),
        history(),
        clusterStart,
        nextRunId,
        ImmutableList.copyOf(procs.values()),
        entries.build(),
        unfinished.build(),
        ImmutableList.copyOf(workers.values()));
  }

  private ImmutableList<Epoch> history() {
    ImmutableList.Builder<Epoch> history = ImmutableList.builder();
    for (long counter = 1; counter <= epoch; counter++) {
      history.add(new Epoch(counter, "nonce" + counter));
    }
    return history.build();
  }

  private static boolean isComplete(Row row) {
    return row.status != null && row.segments.stream().allMatch(Recovered.Segment::outputSaved);
  }

  void apply(List<Mutation> mutations) {
    mutations.forEach(this::apply);
  }

  private void apply(Mutation mutation) {
    switch (mutation) {
      case Mutation.ProcCreated created -> procs.put(created.proc().name(), created.proc());
      case Mutation.ProcDeleted(String name) -> procs.remove(name);
      case Mutation.RunCreated created -> create(created);
      case Mutation.AutoStartRemoved(long runId) -> {
        row(runId).entry = false;
        if (row(runId).incarnation == 0) {
          runs.remove(runId);
          removedEntries.add(runId);
        }
      }
      case Mutation.AutoStartTaken taken -> take(taken);
      case Mutation.SegmentsFixed fixed -> {
        Row row = current(fixed.runId(), fixed.incarnation());
        for (int i = 0; i < fixed.dataSegmentIds().size(); i++) {
          row.segments.add(
              new Recovered.Segment(
                  i,
                  null,
                  fixed.dataSegmentIds().get(i),
                  fixed.workerNumbers().get(i),
                  null,
                  null,
                  null,
                  "",
                  false));
        }
      }
      case Mutation.SegmentPlaced(SegmentKey key, Placement placement) ->
          replace(key, old -> with(old, placement, old.status(), old.outcome(), old.outputSaved()));
      case Mutation.KillIntended(long runId, int incarnation, KillIntent intent) ->
          current(runId, incarnation).intent = intent;
      case Mutation.SegmentEnded ended ->
          replace(
              ended.segment(),
              old ->
                  with(
                      old,
                      old.placement(),
                      ended.status(),
                      ended.outcome(),
                      old.placement() == null));
      case Mutation.RunEnded ended ->
          current(ended.runId(), ended.incarnation()).status = ended.status();
      case Mutation.OutputSaved(SegmentKey key, SegmentOutput output) ->
          replace(key, old -> with(old, old.placement(), old.status(), old.outcome(), true));
      case Mutation.RunsCleared(ImmutableList<Long> runIds) -> runIds.forEach(this::clear);
      case Mutation.EpochRaised(Epoch raised, long next) ->
          throw new IllegalStateException("nothing was restored here: " + raised + next);
      case Mutation.RunImported _, Mutation.SegmentImported _, Mutation.JournalImported _ ->
          throw new IllegalStateException("nothing was restored here: " + mutation);
      case Mutation.WorkerRecorded(WorkerRecord worker) -> workers.put(worker.identity(), worker);
    }
  }

  private void create(Mutation.RunCreated created) {
    Row row = new Row(created.request(), created.proc());
    row.entry = created.request().executeAtStartup();
    row.taken = created.clusterStart();
    row.incarnation = row.entry ? 0 : 1;
    nextRunId = created.runId() + 1;
    runs.put(created.runId(), row);
  }

  private void take(Mutation.AutoStartTaken taken) {
    Row row = row(taken.runId());
    row.taken = taken.clusterStart();
    if (taken.incarnation() > 0) {
      row.incarnation = taken.incarnation();
      row.cleared = false;
      row.status = null;
      row.intent = null;
      row.segments.clear();
    }
  }

  private void clear(long runId) {
    Row row = runs.get(runId);
    if (row == null) {
      return;
    }
    if (row.entry) {
      row.cleared = true;
    } else {
      runs.remove(runId);
    }
  }

  private Row row(long runId) {
    Row row = runs.get(runId);
    if (row == null) {
      throw new IllegalStateException("no run " + runId);
    }
    return row;
  }

  private Row current(long runId, int incarnation) {
    Row row = row(runId);
    if (row.incarnation != incarnation) {
      throw new IllegalStateException(
          "run %d is at incarnation %d, not %d".formatted(runId, row.incarnation, incarnation));
    }
    return row;
  }

  private void replace(SegmentKey key, UnaryOperator<Recovered.Segment> change) {
    Row row = current(key.runId(), key.incarnation());
    row.segments.set(key.segment(), change.apply(row.segments.get(key.segment())));
  }

  private static Recovered.Segment with(
      Recovered.Segment old,
      @Nullable Placement placement,
      @Nullable RunStatus status,
      @Nullable Outcome outcome,
      boolean outputSaved) {
    return new Recovered.Segment(
        old.number(),
        old.namesake(),
        old.dataSegmentId(),
        old.workerNumber(),
        placement,
        status,
        outcome,
        "",
        outputSaved);
  }
}
