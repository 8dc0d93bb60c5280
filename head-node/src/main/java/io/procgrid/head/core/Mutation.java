package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import org.jspecify.annotations.Nullable;

/**
 * One change of the durable state. The store carries out those of one {@link HeadEffect.Persist}
 * together or not at all.
 */
public sealed interface Mutation {
  /** A proc and its files exist. */
  record ProcCreated(ProcDefinition proc, Bundle bundle) implements Mutation {}

  /**
   * The proc is gone, and its files when no other proc and no unfinished run has the same bundle.
   */
  record ProcDeleted(String name) implements Mutation {}

  /**
   * A run exists; its id is used up. An ordinary one is its own incarnation 1; an auto-start entry
   * has incarnation 0 until it begins.
   *
   * @param proc what the run executes, kept with it: the proc may be deleted while the run goes on
   * @param createdAtMillis wall clock, ms since 1970
   * @param clusterStart the cluster start during which it was created: an entry runs from the next
   *     one on
   */
  record RunCreated(
      long runId, RunRequest request, ProcDefinition proc, long createdAtMillis, long clusterStart)
      implements Mutation {}

  /**
   * The auto-start entry no longer starts. Its status stays as it is; an entry that never ran is
   * gone.
   */
  record AutoStartRemoved(long runId) implements Mutation {}

  /**
   * An auto-start entry has had its turn in this cluster start.
   *
   * @param incarnation the incarnation that begins, replacing what is known of the former; 0 = none
   *     begins, since the former still runs
   */
  record AutoStartTaken(long runId, long clusterStart, int incarnation, long atMillis)
      implements Mutation {}

  /**
   * The run's segments are fixed: at the first dispatch.
   *
   * @param dataSegmentIds of segments 0 … n-1
   * @param workerNumbers the worker each is meant for, 0 = not yet chosen
   */
  record SegmentsFixed(
      long runId,
      int incarnation,
      ImmutableList<String> dataSegmentIds,
      ImmutableList<Integer> workerNumbers)
      implements Mutation {}

  /** A segment was placed: from now on it may have been started there. */
  record SegmentPlaced(SegmentKey segment, Placement placement) implements Mutation {}

  /**
   * The run is to die, in this incarnation. Stays until every segment is proven over; a later one,
   * which has less grace, takes its place.
   */
  record KillIntended(long runId, int incarnation, KillIntent intent) implements Mutation {}

  /**
   * A segment is over.
   *
   * @param outcome null when it had no placement and a kill ended its wait
   * @param message what status shows
   */
  record SegmentEnded(
      SegmentKey segment, RunStatus status, @Nullable Outcome outcome, String message)
      implements Mutation {}

  /** Every segment is over. */
  record RunEnded(long runId, int incarnation, RunStatus status, long atMillis)
      implements Mutation {}

  /** The output of a segment that is over is kept. */
  record OutputSaved(SegmentKey segment, SegmentOutput output) implements Mutation {}

  /**
   * What was shown once more by clear_complete is gone; auto-start entries among them keep their
   * entry.
   */
  record RunsCleared(ImmutableList<Long> runIds) implements Mutation {}

  /**
   * The head goes past an epoch, and past run ids, that a worker has seen and this store has not.
   * The nonce stays the head's own.
   */
  record EpochRaised(Epoch epoch, long nextRunId) implements Mutation {}

  /**
   * A journal holds live segments of an incarnation that the store does not know, or believes to be
   * over: it is a run that is not over. It replaces what the store has under its id; only an
   * auto-start entry keeps its request and proc, since it stands for whatever runs under its id.
   *
   * @param atMillis wall clock of the import, ms since 1970
   */
  record RunImported(
      long runId, int incarnation, RunRequest request, ProcDefinition proc, long atMillis)
      implements Mutation {}

  /**
   * A journal holds live segments of another run that had the same id as one that is over: that one
   * goes on as it is until they are over, too.
   *
   * @param atMillis wall clock of the import, ms since 1970
   */
  record RunReopened(long runId, int incarnation, long atMillis) implements Mutation {}

  /**
   * A segment is where the store did not know it to be.
   *
   * @param journalKey its name in its worker's journal: another one only when the run's id was
   *     given away twice
   * @param message what status shows while it is not over
   */
  record SegmentImported(
      SegmentKey segment,
      SegmentKey journalKey,
      String dataSegmentId,
      int workerNumber,
      Placement placement,
      String message)
      implements Mutation {}

  /**
   * What the journal of a worker held is in the store: it is {@link WorkerStanding#IMPORTING} no
   * more.
   *
   * @param nextRunId higher than any run id in that journal
   */
  record JournalImported(WorkerIdentity worker, long nextRunId) implements Mutation {}

  /** A worker is known, or known anew. */
  record WorkerRecorded(WorkerRecord worker) implements Mutation {}
}
