package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.WorkerRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the mutations of heads mean, in memory, and what the next head recovers of them.
 *
 * <p>As in the real store, what a Start depends on must find its row or the whole list is refused;
 * a report about what is no longer there changes nothing.
 */
final class ModelStore {
  static final ClusterId CLUSTER = new ClusterId("cluster");

  private static final Comparator<WorkerIdentity> BY_NAME =
      Comparator.comparing(WorkerIdentity::value);

  private final TreeMap<Long, RunRow> runs = new TreeMap<>();
  private final TreeMap<String, ProcDefinition> procs = new TreeMap<>();
  private final Map<WorkerIdentity, WorkerRecord> workers = new TreeMap<>(BY_NAME);
  private long nextRunId = 1;
  private long epoch;
  private long clusterStart;

  /** The next head opens the store. */
  Recovered open(boolean clusterStarts) {
    epoch++;
    if (clusterStarts || clusterStart == 0) {
      clusterStart++;
    }
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
                ImmutableList.copyOf(row.segments)));
      }
    });
    return new Recovered(
        CLUSTER,
        new Epoch(epoch, "nonce" + epoch),
        clusterStart,
        nextRunId,
        ImmutableList.copyOf(procs.values()),
        entries.build(),
        unsettled.build(),
        ImmutableList.copyOf(workers.values()));
  }

  long clusterStart() {
    return clusterStart;
  }

  @Nullable RunRow run(long runId) {
    return runs.get(runId);
  }

  Iterable<Map.Entry<Long, RunRow>> runs() {
    return runs.entrySet();
  }

  /** The row, when its current incarnation is the segment's. */
  @Nullable RunRow runOf(SegmentKey key) {
    RunRow row = runs.get(key.runId());
    return row != null && row.incarnation == key.incarnation() ? row : null;
  }

  /** The segment of a current incarnation, or null. */
  Recovered.@Nullable Segment segment(SegmentKey key) {
    RunRow row = runOf(key);
    return row != null && key.segment() < row.segments.size()
        ? row.segments.get(key.segment())
        : null;
  }

  /** Why the list cannot be carried out as a whole; empty when it can. */
  String objection(List<Mutation> mutations) {
    for (Mutation mutation : mutations) {
      boolean possible =
          switch (mutation) {
            case Mutation.SegmentsFixed fixed -> {
              RunRow row = runs.get(fixed.runId());
              yield row != null && row.incarnation == fixed.incarnation();
            }
            case Mutation.SegmentPlaced placed ->
                segment(placed.segment()) != null || isFixedBy(mutations, placed.segment());
            case Mutation.AutoStartTaken taken -> {
              RunRow row = runs.get(taken.runId());
              yield taken.incarnation() == 0
                  || (row != null && row.entry && row.incarnation < taken.incarnation());
            }
            case Mutation.ProcCreated _,
                Mutation.ProcDeleted _,
                Mutation.RunCreated _,
                Mutation.AutoStartRemoved _,
                Mutation.KillIntended _,
                Mutation.SegmentEnded _,
                Mutation.RunEnded _,
                Mutation.OutputSaved _,
                Mutation.RunsCleared _,
                Mutation.WorkerRecorded _ ->
                true;
          };
      if (!possible) {
        return "not in the store: " + mutation;
      }
    }
    return "";
  }

  private static boolean isFixedBy(List<Mutation> mutations, SegmentKey key) {
    for (Mutation mutation : mutations) {
      if (mutation instanceof Mutation.SegmentsFixed fixed
          && fixed.runId() == key.runId()
          && fixed.incarnation() == key.incarnation()) {
        return true;
      }
    }
    return false;
  }

  void apply(Mutation mutation) {
    switch (mutation) {
      case Mutation.ProcCreated created -> procs.put(created.proc().name(), created.proc());
      case Mutation.ProcDeleted(String name) -> procs.remove(name);
      case Mutation.RunCreated created -> {
        nextRunId = Math.max(nextRunId, created.runId() + 1);
        runs.put(created.runId(), new RunRow(created));
      }
      case Mutation.AutoStartRemoved(long runId) -> removeEntry(runId);
      case Mutation.AutoStartTaken taken -> take(taken);
      case Mutation.SegmentsFixed fixed -> require(runs.get(fixed.runId())).fix(fixed);
      case Mutation.SegmentPlaced(SegmentKey key, Placement placement) ->
          require(runOf(key)).place(key.segment(), placement);
      case Mutation.KillIntended intended -> {
        RunRow row = current(intended.runId(), intended.incarnation());
        if (row != null) {
          row.intent = intended.facts();
        }
      }
      case Mutation.SegmentEnded ended -> end(ended);
      case Mutation.RunEnded ended -> {
        RunRow row = current(ended.runId(), ended.incarnation());
        if (row != null) {
          row.status = ended.status();
        }
      }
      case Mutation.OutputSaved saved -> {
        RunRow row = runOf(saved.segment());
        if (row != null && saved.segment().segment() < row.segments.size()) {
          row.outputSaved(saved.segment().segment());
        }
      }
      case Mutation.RunsCleared(ImmutableList<Long> runIds) -> runIds.forEach(this::clear);
      case Mutation.WorkerRecorded(WorkerRecord worker) -> workers.put(worker.identity(), worker);
    }
  }

  private static RunRow require(@Nullable RunRow row) {
    if (row == null) {
      throw new IllegalStateException("the list was to be refused");
    }
    return row;
  }

  private @Nullable RunRow current(long runId, int incarnation) {
    RunRow row = runs.get(runId);
    return row != null && row.incarnation == incarnation ? row : null;
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

  private void end(Mutation.SegmentEnded ended) {
    RunRow row = runOf(ended.segment());
    if (row != null && ended.segment().segment() < row.segments.size()) {
      Outcome outcome = ended.outcome();
      RunStatus status = ended.status();
      row.end(ended.segment().segment(), status, outcome);
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
