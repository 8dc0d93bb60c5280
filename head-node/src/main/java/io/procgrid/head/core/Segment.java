package io.procgrid.head.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.RunStatus;
import org.jspecify.annotations.Nullable;

/** One segment of a run that is on the heap. Mutable; touched by the core only. */
final class Segment {
  final Run run;
  final SegmentKey key;

  /**
   * Its name in its worker's journal: the key, unless the id of its run was given away a second
   * time, after the store was restored from a backup.
   */
  final SegmentKey journalKey;

  final String dataSegmentId;

  /** The worker it is meant for; 0 = not yet chosen. */
  int workerNumber;

  SegmentPhase phase = SegmentPhase.WAITING;
  @Nullable Placement placement;

  /** It was placed by an earlier head, and this one has sent no Start of it. */
  boolean placedEarlier;

  /** Last dispatch number used for it in this epoch; 0 = none. */
  long lastDispatchNumber;

  /** A Start left and has neither been answered nor given up. */
  boolean startInFlight;

  /** A placement on a newer instance of its worker is on the way into the store. */
  boolean placingAnew;

  long startedAtMillis;
  long endedAtMillis;
  long killMillis;

  /** Final; null before ENDING. */
  @Nullable RunStatus status;

  /** How the store is to have its end, once it is proven; null before, or when nobody proves it. */
  Mutation.@Nullable SegmentEnded end;

  /** What status shows: final from ENDING on, before that the latest difficulty or nothing. */
  String message = "";

  /** Why a kill of it is not proven; empty = not known yet. */
  String killBlocked = "";

  /** Its output is in the store, or there is none to save. */
  boolean outputSaved;

  int outputAttempts;

  /** The worker's journal has dropped it. */
  boolean forgotten;

  /** An operator gave its worker up: what became of it is not known. */
  boolean abandoned;

  Segment(Run run, int index, String dataSegmentId, int workerNumber) {
    this(run, index, null, dataSegmentId, workerNumber);
  }

  /**
   * @param namesake its name in its worker's journal; null when that is its key
   */
  Segment(
      Run run, int number, @Nullable SegmentKey namesake, String dataSegmentId, int workerNumber) {
    this.run = run;
    this.key = new SegmentKey(run.runId, run.incarnation, number);
    this.journalKey = namesake == null ? key : namesake;
    this.dataSegmentId = dataSegmentId;
    this.workerNumber = workerNumber;
  }

  /** It was over in a store that was restored, and lives in its worker's journal. */
  void revive() {
    status = null;
    startedAtMillis = 0;
    endedAtMillis = 0;
    killMillis = 0;
    outputSaved = run.maxOutputLines == 0;
    forgotten = false;
  }

  /** True when it is none of the run's own, but has its name from a run that had the same id. */
  boolean isNamesake() {
    return !key.equals(journalKey);
  }

  boolean isPlacedOn(WorkerIdentity identity) {
    return placement != null && placement.identity().equals(identity);
  }

  /** The placement of a segment whose phase says that it has one. */
  Placement requirePlacement() {
    if (placement == null) {
      throw new IllegalStateException("segment %s in %s has no placement".formatted(key, phase));
    }
    return placement;
  }

  RunView.SegmentView view() {
    RunStatus shown =
        switch (phase) {
          case WAITING, PLACING -> RunStatus.NONE;
          case PLACED, ACCEPTED, RUNNING, ENDING -> RunStatus.RUNNING;
          case OVER -> status == null ? RunStatus.ERROR : status;
        };
    return new RunView.SegmentView(
        key,
        dataSegmentId,
        shown,
        phase == SegmentPhase.ENDING ? "" : message,
        placement,
        startedAtMillis,
        phase == SegmentPhase.OVER ? endedAtMillis : 0,
        phase == SegmentPhase.OVER ? killMillis : 0);
  }
}
