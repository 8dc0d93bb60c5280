package io.procgrid.simulation;

import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.WorkerRecord;
import io.procgrid.head.core.WorkerStanding;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the mutations of heads mean, in memory, and what the next head recovers of them. It can be
 * set back to what it was: what came since is lost to it then, not to the workers.
 *
 * <p>As in the real store, what a Start depends on must find its row or the whole list is refused;
 * a report about what is no longer there changes nothing.
 */
final class ModelStore {
  static final ClusterId CLUSTER = new ClusterId("cluster");

  private StoreTables tables = new StoreTables();

  /** Nonces never come again, whatever the store is set back to. */
  private long nonces;

  /** How often it was set back so far. */
  private int era;

  /** What was over in an era before: workers may forget it for that. */
  private final Set<Place> endedBefore = new HashSet<>();

  /** What came to be over in this era, also of runs that were cleared since. */
  private final Set<Place> ended = new HashSet<>();

  /** Runs that ended as killed in this era, also when they were cleared since. */
  private final Set<Long> killed = new HashSet<>();

  /** The era in which each nonce was drawn. */
  private final Map<String, Integer> eras = new HashMap<>();

  /** The next head opens the store. */
  Recovered open(boolean clusterStarts) {
    if (clusterStarts || tables.clusterStart == 0) {
      tables.clusterStart++;
    }
    String nonce = "nonce" + ++nonces;
    eras.put(nonce, era);
    Epoch epoch = new Epoch(tables.epoch() + 1, nonce);
    tables.terms.put(epoch.counter(), epoch.nonce());
    return tables.recovered(epoch);
  }

  StoreTables backup() {
    return new StoreTables(tables);
  }

  /** From now on the store has what the backup has. */
  void restore(StoreTables backup) {
    endedBefore.addAll(ended);
    ended.clear();
    killed.clear();
    tables = new StoreTables(backup);
    era++;
  }

  int era() {
    return era;
  }

  /** The era in which the head of that epoch opened the store. */
  int eraOf(Epoch epoch) {
    return eras.getOrDefault(epoch.nonce(), 0);
  }

  /** Whether the journal tells that the store was set back: it has seen what the store has not. */
  boolean isBehind(ModelJournal journal) {
    Epoch seen = journal.epoch();
    return journal.highestRunId() >= tables.nextRunId
        || (seen != null && !seen.nonce().equals(tables.terms.get(seen.counter())));
  }

  long clusterStart() {
    return tables.clusterStart;
  }

  @Nullable RunRow run(long runId) {
    return tables.runs.get(runId);
  }

  Iterable<Map.Entry<Long, RunRow>> runs() {
    return tables.runs.entrySet();
  }

  @Nullable WorkerRecord worker(WorkerIdentity identity) {
    return tables.workers.get(identity);
  }

  List<WorkerRecord> workers() {
    return List.copyOf(tables.workers.values());
  }

  boolean hasFenced(WorkerIdentity identity, WorkerInstance instance) {
    WorkerRecord worker = worker(identity);
    return worker != null && worker.fenced().contains(instance);
  }

  boolean hasForgotten(WorkerIdentity identity) {
    WorkerRecord worker = worker(identity);
    return worker != null && worker.standing().isForgotten();
  }

  /** Whether the store is known not to know all that is in that worker's journal. */
  boolean isImporting(WorkerIdentity identity) {
    WorkerRecord worker = worker(identity);
    return worker != null && worker.standing() == WorkerStanding.IMPORTING;
  }

  @Nullable ProcDefinition proc(String name) {
    return tables.procs.get(name);
  }

  /** The row, when its current incarnation is the segment's. */
  @Nullable RunRow runOf(SegmentKey key) {
    return tables.current(key.runId(), key.incarnation());
  }

  /** The segment of a current incarnation, or null. */
  Recovered.@Nullable Segment segment(SegmentKey key) {
    RunRow row = runOf(key);
    return row == null ? null : row.segments.get(key.segment());
  }

  /** What a worker means by a key of its journal, or null when no segment is placed there. */
  Recovered.@Nullable Segment standing(Place place) {
    RunRow row = tables.runs.get(place.segment().runId());
    return row == null ? null : row.standing(place);
  }

  /** The store has the segment's end, or had it before it was set back. */
  boolean hadEndOf(Place place) {
    return endedBefore.contains(place);
  }

  /** Why the list cannot be carried out as a whole; empty when it can. */
  String objection(List<Mutation> mutations) {
    for (Mutation mutation : mutations) {
      if (!isPossible(mutation, mutations)) {
        return "not in the store: " + mutation;
      }
    }
    return "";
  }

  private boolean isPossible(Mutation mutation, List<Mutation> together) {
    return switch (mutation) {
      case Mutation.SegmentsFixed fixed ->
          tables.current(fixed.runId(), fixed.incarnation()) != null;
      case Mutation.SegmentPlaced placed ->
          segment(placed.segment()) != null || isFixedBy(together, placed.segment());
      case Mutation.AutoStartTaken taken -> {
        RunRow row = tables.runs.get(taken.runId());
        yield taken.incarnation() == 0
            || (row != null && row.entry && row.incarnation < taken.incarnation());
      }
      case Mutation.RunReopened reopened ->
          tables.current(reopened.runId(), reopened.incarnation()) != null;
      case Mutation.SegmentImported imported -> {
        SegmentKey key = imported.segment();
        yield tables.current(key.runId(), key.incarnation()) != null
            || isBroughtBackBy(together, key);
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
          Mutation.EpochRaised _,
          Mutation.RunImported _,
          Mutation.JournalImported _,
          Mutation.WorkerRecorded _ ->
          true;
    };
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

  private static boolean isBroughtBackBy(List<Mutation> mutations, SegmentKey key) {
    for (Mutation mutation : mutations) {
      if (mutation instanceof Mutation.RunImported imported
          && imported.runId() == key.runId()
          && imported.incarnation() == key.incarnation()) {
        return true;
      }
    }
    return false;
  }

  /** The store had a run of this id end as killed since it was last set back. */
  boolean hadKilled(long runId) {
    return killed.contains(runId);
  }

  void apply(Mutation mutation) {
    tables.apply(mutation);
    if (mutation instanceof Mutation.SegmentEnded end) {
      noteEnd(end.segment());
    } else if (mutation instanceof Mutation.RunEnded end
        && end.status() == RunStatus.KILLED
        && tables.current(end.runId(), end.incarnation()) != null) {
      killed.add(end.runId());
    }
  }

  private void noteEnd(SegmentKey key) {
    RunRow row = runOf(key);
    Recovered.Segment segment = segment(key);
    Place place = row == null || segment == null ? null : row.placeOf(key.runId(), segment);
    if (place != null) {
      ended.add(place);
    }
  }
}
