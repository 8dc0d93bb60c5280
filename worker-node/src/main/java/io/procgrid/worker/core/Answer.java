package io.procgrid.worker.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import org.jspecify.annotations.Nullable;

/** Answers to commands. */
public sealed interface Answer {
  /** Nothing more to say. */
  record Done() implements Answer {}

  /** The message is not for this worker, or of an older term; nothing was done. */
  record Refused(String reason) implements Answer {}

  /** It could not be made durable; nothing was promised. */
  record Unavailable(String reason) implements Answer {}

  /** The journal does not hold the segment. */
  record UnknownSegment(SegmentKey segment) implements Answer {}

  /** The term is open. */
  record Connected(Epoch highestEpoch, long highestRunId, ImmutableList<String> bundles)
      implements Answer {}

  /** One answer per order, in its order. */
  record StartsAnswered(ImmutableList<StartAnswer> answers) implements Answer {}

  /** What became of one order; the detail says why it was rejected, and is empty otherwise. */
  record StartAnswer(SegmentKey segment, long dispatchNumber, Decision decision, String detail) {}

  /** The decisions of rule R4. */
  enum Decision {
    /** Durable in the journal; it will run. */
    ACCEPTED,
    /** The journal holds it already: nothing was done. */
    ALREADY_ACCEPTED,
    /** The number was not higher than one accepted in this epoch: not started. */
    STALE,
    /** A tombstone covers it: it never starts. */
    TOMBSTONE,
    /** Not accepted, nothing durable; may be sent again. */
    REJECTED
  }

  /** Everything the journal holds. */
  record Listed(ImmutableList<InventoryItem> items) implements Answer {}

  /**
   * One segment of the journal.
   *
   * @param outcome present for {@link State#OVER}
   * @param pid of the leader, for {@link State#RUNNING}; 0 when unknown
   * @param startedAtMillis wall clock, ms since 1970, for {@link State#RUNNING}
   * @param killPending a kill of it was ordered and is not yet proven
   * @param spec what was to be run; null for {@link State#OVER}, or when the journal does not know
   */
  record InventoryItem(
      SegmentKey segment,
      State state,
      @Nullable Outcome outcome,
      long pid,
      long startedAtMillis,
      boolean killPending,
      @Nullable SegmentSpec spec) {}

  /** What the journal says of a segment. */
  enum State {
    /** Accepted, no user code has run. */
    ACCEPTED,
    /** Its process tree lives, or is not proven dead. */
    RUNNING,
    /** Proven over. */
    OVER
  }

  /** What was dropped or not known, and what was kept. */
  record ForgetAnswered(ImmutableList<SegmentKey> forgotten, ImmutableList<SegmentKey> kept)
      implements Answer {}

  /**
   * Who this is, and what a registration says.
   *
   * @param identity its journal
   * @param instance its process
   * @param clusterId null before the first registration
   * @param highestEpoch null before the first term
   * @param watched whether a head's Watch stands
   * @param live segments that are not over
   */
  record Standing(
      WorkerIdentity identity,
      WorkerInstance instance,
      @Nullable ClusterId clusterId,
      @Nullable Epoch highestEpoch,
      long highestRunId,
      boolean watched,
      int live)
      implements Answer {}
}
