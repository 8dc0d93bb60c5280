package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.WorkerRecord;
import io.procgrid.head.core.WorkerStanding;
import java.util.Comparator;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The rows of a store, and what each mutation does to them. */
final class StoreTables {
  private static final Comparator<WorkerIdentity> BY_NAME =
      Comparator.comparing(WorkerIdentity::value);

  final TreeMap<Long, RunRow> runs = new TreeMap<>();
  final TreeMap<String, ProcDefinition> procs = new TreeMap<>();
  final TreeMap<WorkerIdentity, WorkerRecord> workers = new TreeMap<>(BY_NAME);

  /** Counter to nonce. */
  final TreeMap<Long, String> terms = new TreeMap<>();

  long nextRunId = 1;
  long clusterStart;

  StoreTables() {}

  /** A copy. */
  StoreTables(StoreTables other) {
    other.runs.forEach((runId, row) -> runs.put(runId, new RunRow(row)));
    procs.putAll(other.procs);
    workers.putAll(other.workers);
    terms.putAll(other.terms);
    nextRunId = other.nextRunId;
    clusterStart = other.clusterStart;
  }

  /** Counter of the latest. */
  long epoch() {
    return terms.isEmpty() ? 0 : terms.lastKey();
  }

  @Nullable RunRow current(long runId, int incarnation) {
    RunRow row = runs.get(runId);
    return row != null && row.incarnation == incarnation ? row : null;
  }

  Recovered recovered(Epoch epoch) {
    ImmutableList.Builder<Recovered.Entry> entries = ImmutableList.builder();
    ImmutableList.Builder<Recovered.Run> unsettled = ImmutableList.builder();
    runs.forEach((runId, row) -> {
      if (row.entry) {
        entries.add(
            new Recovered.Entry(
                runId, row.request, row.proc, row.taken, row.incarnation, row.cleared));
      }
      if (!row.isSettled()) {
        unsettled.add(
            new Recovered.Run(
                runId,
                row.incarnation,
                row.request,
                row.proc,
                row.status,
                row.intent,
                ImmutableList.copyOf(row.segments.values())));
      }
    });
    return new Recovered(
        ModelStore.CLUSTER,
        epoch,
        history(),
        clusterStart,
        nextRunId,
        ImmutableList.copyOf(procs.values()),
        entries.build(),
        unsettled.build(),
        ImmutableList.copyOf(workers.values()));
  }

  private ImmutableList<Epoch> history() {
    ImmutableList.Builder<Epoch> history = ImmutableList.builder();
    terms.forEach((counter, nonce) -> history.add(new Epoch(counter, nonce)));
    return history.build();
  }

  void apply(Mutation mutation) {
    switch (mutation) {
      case Mutation.ProcCreated created -> procs.put(created.proc().name(), created.proc());
      case Mutation.ProcDeleted(String name) -> procs.remove(name);
      case Mutation.RunCreated created -> {
        useUpTo(created.runId() + 1);
        if (runs.put(created.runId(), new RunRow(created)) != null) {
          throw new AssertionError("run id %d is given away twice".formatted(created.runId()));
        }
      }
      case Mutation.AutoStartRemoved(long runId) -> removeEntry(runId);
      case Mutation.AutoStartTaken taken -> take(taken);
      case Mutation.SegmentsFixed fixed ->
          require(current(fixed.runId(), fixed.incarnation())).fix(fixed);
      case Mutation.SegmentPlaced(SegmentKey key, Placement placement) ->
          require(current(key.runId(), key.incarnation())).place(key.segment(), placement);
      case Mutation.KillIntended intended -> {
        RunRow row = current(intended.runId(), intended.incarnation());
        if (row != null) {
          row.intent = intended.intent();
        }
      }
      case Mutation.SegmentEnded ended -> {
        RunRow row = current(ended.segment().runId(), ended.segment().incarnation());
        if (row != null) {
          row.end(ended.segment().segment(), ended.status(), ended.outcome());
        }
      }
      case Mutation.RunEnded ended -> {
        RunRow row = current(ended.runId(), ended.incarnation());
        if (row != null) {
          row.status = ended.status();
        }
      }
      case Mutation.OutputSaved saved -> {
        RunRow row = current(saved.segment().runId(), saved.segment().incarnation());
        if (row != null) {
          row.outputSaved(saved.segment().segment());
        }
      }
      case Mutation.RunsCleared(ImmutableList<Long> runIds) -> runIds.forEach(this::clear);
      case Mutation.EpochRaised raised -> {
        terms.putIfAbsent(raised.epoch().counter(), raised.epoch().nonce());
        useUpTo(raised.nextRunId());
      }
      case Mutation.RunImported imported -> bringBack(imported);
      case Mutation.RunReopened reopened ->
          require(current(reopened.runId(), reopened.incarnation())).reopen(reopened.atMillis());
      case Mutation.SegmentImported imported -> {
        SegmentKey key = imported.segment();
        require(current(key.runId(), key.incarnation())).bringBack(imported);
      }
      case Mutation.JournalImported imported -> {
        workers.computeIfPresent(imported.worker(), (identity, worker) -> member(worker));
        useUpTo(imported.nextRunId());
      }
      case Mutation.WorkerRecorded(WorkerRecord worker) -> workers.put(worker.identity(), worker);
    }
  }

  private void useUpTo(long next) {
    nextRunId = Math.max(nextRunId, next);
  }

  private static WorkerRecord member(WorkerRecord of) {
    if (of.standing() != WorkerStanding.IMPORTING) {
      return of;
    }
    return new WorkerRecord(
        of.number(),
        of.identity(),
        of.instance(),
        of.address(),
        of.slots(),
        of.host(),
        of.containment(),
        WorkerStanding.MEMBER,
        of.fenced());
  }

  private static RunRow require(@Nullable RunRow row) {
    if (row == null) {
      throw new IllegalStateException("the list was to be refused");
    }
    return row;
  }

  private void removeEntry(long runId) {
    RunRow row = runs.get(runId);
    if (row == null) {
      return;
    }
    if (row.entry && (row.incarnation == 0 || row.cleared)) {
      runs.remove(runId);
    }
    row.entry = false;
  }

  private void take(Mutation.AutoStartTaken taken) {
    RunRow row = runs.get(taken.runId());
    if (row == null || !row.entry) {
      return;
    }
    row.taken = taken.clusterStart();
    if (taken.incarnation() > 0) {
      row.begin(taken.incarnation(), taken.atMillis());
    }
  }

  private void bringBack(Mutation.RunImported imported) {
    RunRow row = runs.get(imported.runId());
    if (row != null && row.entry) {
      row.begin(imported.incarnation(), imported.atMillis());
      row.imported = true;
    } else {
      runs.put(imported.runId(), new RunRow(imported));
    }
  }

  private void clear(long runId) {
    RunRow row = runs.get(runId);
    if (row == null || row.status == null) {
      return;
    }
    if (row.entry) {
      row.cleared = true;
      row.segments.clear();
    } else {
      runs.remove(runId);
    }
  }
}
