package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import org.jspecify.annotations.Nullable;

/** What the core can be told. */
public sealed interface HeadEvent {
  /**
   * A command of a caller.
   *
   * @param request names the {@link HeadEffect.Reply} that answers it
   * @param atMillis wall clock, ms since 1970: shown, never compared
   */
  record Commanded(long request, long atMillis, Command command) implements HeadEvent {}

  /** The mutations of this ticket, and of every lower one not reported as failed, are durable. */
  record Stored(long ticket) implements HeadEvent {}

  /** Nothing of this ticket is in the store, nor ever will be. */
  record StoreFailed(long ticket, String reason) implements HeadEvent {}

  /**
   * From, or about, one worker process. Events of a process that is no longer the current one
   * change nothing.
   */
  sealed interface FromWorker extends HeadEvent {
    WorkerIdentity identity();

    WorkerInstance instance();
  }

  /** Connected: the worker holds the head's epoch durably. */
  record LinkUp(
      WorkerIdentity identity,
      WorkerInstance instance,
      Epoch highestEpoch,
      long highestRunId,
      ImmutableList<String> bundles)
      implements FromWorker {}

  /** The worker cannot be reached, and why. Repeated attempts that fail may repeat it. */
  record LinkDown(WorkerIdentity identity, WorkerInstance instance, String reason)
      implements FromWorker {}

  /** What became of a {@link HeadEffect.Probe}; identity and instance are those that were asked. */
  record ProbeAnswered(WorkerIdentity identity, WorkerInstance instance, Presence presence)
      implements HeadEvent {
    /** What is known of a worker process. */
    public enum Presence {
      /** It answered. */
      ALIVE,
      /** Nothing listens at its address, or somebody else answered there. */
      GONE,
      /** There was no answer in time: it may be stopped, cut off, or gone with its host. */
      SILENT
    }
  }

  /**
   * What the worker found on its host of workers that are gone. Follows {@link LinkUp} when there
   * is any.
   */
  record LeftoversFound(
      WorkerIdentity identity, WorkerInstance instance, ImmutableList<Leftover> leftovers)
      implements FromWorker {}

  /**
   * Segments of one worker that is gone, alive on the host of another.
   *
   * @param lost the worker they were placed on, of whatever cluster
   */
  record Leftover(WorkerIdentity lost, ImmutableList<SegmentKey> segments) {}

  /** A leftover is proven dead. */
  record LeftoverTerminated(
      WorkerIdentity identity,
      WorkerInstance instance,
      WorkerIdentity lost,
      SegmentKey segment,
      Outcome outcome)
      implements FromWorker {}

  /** The kill of a leftover is not yet proven, and why. */
  record LeftoverBlocked(
      WorkerIdentity identity,
      WorkerInstance instance,
      WorkerIdentity lost,
      SegmentKey segment,
      String reason)
      implements FromWorker {}

  /** The kill of leftovers ended without a proof of these. */
  record LeftoverUnanswered(
      WorkerIdentity identity,
      WorkerInstance instance,
      WorkerIdentity lost,
      ImmutableList<SegmentKey> segments)
      implements FromWorker {}

  /** Everything the worker's journal holds. */
  record InventoryReceived(
      WorkerIdentity identity, WorkerInstance instance, ImmutableList<InventoryItem> items)
      implements FromWorker {}

  /**
   * One segment of an inventory.
   *
   * @param spec what was to be run; null when it is over, or when the journal does not know
   */
  record InventoryItem(
      SegmentKey segment,
      State state,
      @Nullable Outcome outcome,
      long pid,
      long startedAtMillis,
      boolean killPending,
      @Nullable SegmentSpec spec) {
    /** What the journal says of it. */
    public enum State {
      /** No user code has run. */
      ACCEPTED,
      /** Its tree lives. */
      RUNNING,
      /** Proven over; the outcome is present. */
      OVER
    }
  }

  /** The worker is, or is no longer, unfit for new segments: a process resists its kill. */
  record DegradedChanged(WorkerIdentity identity, WorkerInstance instance, boolean degraded)
      implements FromWorker {}

  /** Answers of a SendStart, in its order. */
  record StartAnswered(
      WorkerIdentity identity, WorkerInstance instance, ImmutableList<StartAnswer> answers)
      implements FromWorker {}

  /** What the worker decided on one order. */
  record StartAnswer(SegmentKey segment, long dispatchNumber, Decision decision, String detail) {
    /** The decisions of rule R4. */
    public enum Decision {
      /** Durable in its journal. */
      ACCEPTED,
      /** Was so before. */
      ALREADY_ACCEPTED,
      /** The number came too late: not started. */
      STALE,
      /** A kill came first: never starts. */
      TOMBSTONE,
      /** Not accepted, for the reason in detail. */
      REJECTED
    }
  }

  /** Nobody knows whether these Starts arrived. */
  record StartUnanswered(
      WorkerIdentity identity,
      WorkerInstance instance,
      ImmutableList<SegmentKey> segments,
      String reason)
      implements FromWorker {}

  /** The segment's process runs user code. */
  record SegmentStarted(
      WorkerIdentity identity,
      WorkerInstance instance,
      SegmentKey segment,
      long pid,
      long startedAtMillis)
      implements FromWorker {}

  /** Proven over, and durable in the worker's journal. May come more than once. */
  record SegmentTerminated(
      WorkerIdentity identity, WorkerInstance instance, SegmentKey segment, Outcome outcome)
      implements FromWorker {}

  /** A kill is not yet proven, and why. */
  record KillBlocked(
      WorkerIdentity identity, WorkerInstance instance, SegmentKey segment, String reason)
      implements FromWorker {}

  /** The Kill stream ended without a proof of these. */
  record KillUnanswered(
      WorkerIdentity identity,
      WorkerInstance instance,
      ImmutableList<SegmentKey> segments,
      String reason)
      implements FromWorker {}

  /** Answer of a SendForget. */
  record Forgotten(
      WorkerIdentity identity,
      WorkerInstance instance,
      ImmutableList<SegmentKey> forgotten,
      ImmutableList<SegmentKey> kept)
      implements FromWorker {}

  /** The worker holds the bundle. */
  record BundleDelivered(WorkerIdentity identity, WorkerInstance instance, String hash)
      implements FromWorker {}

  /** It could not be delivered. */
  record BundleFailed(WorkerIdentity identity, WorkerInstance instance, String hash, String reason)
      implements FromWorker {}

  /** The output of a segment that is over. */
  record OutputCollected(
      WorkerIdentity identity, WorkerInstance instance, SegmentKey segment, SegmentOutput output)
      implements FromWorker {}

  /** It could not be read. */
  record OutputUnavailable(
      WorkerIdentity identity, WorkerInstance instance, SegmentKey segment, String reason)
      implements FromWorker {}
}
