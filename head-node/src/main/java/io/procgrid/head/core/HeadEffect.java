package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.SegmentSpec;

/** What the core wants done. The engine carries effects out in order and reports back by events. */
public sealed interface HeadEffect {
  /**
   * Make mutations durable, all or none, after those of every lower ticket. Each is answered by one
   * {@link HeadEvent.Stored} or {@link HeadEvent.StoreFailed}, in the order of tickets. An empty
   * list still asks for a commit that checks the epoch.
   */
  record Persist(long ticket, ImmutableList<Mutation> mutations) implements HeadEffect {}

  /** Answer a command. Exactly one per command. */
  record Reply(long request, Answer answer) implements HeadEffect {}

  /** What goes to one worker process. */
  sealed interface ToWorker extends HeadEffect {
    WorkerIdentity identity();

    WorkerInstance instance();
  }

  /**
   * Connect to a worker, and keep trying until {@link HangUp} or a Dial to another instance of it.
   * Answered by {@link HeadEvent.LinkUp}, each loss by {@link HeadEvent.LinkDown}.
   */
  record Dial(
      WorkerIdentity identity, WorkerInstance instance, String address, int number, Epoch epoch)
      implements ToWorker {}

  /**
   * Ask a worker process whether it lives, at the address it was last known at. Answered by {@link
   * HeadEvent.ProbeAnswered}, always.
   */
  record Probe(WorkerIdentity identity, WorkerInstance instance, String address)
      implements ToWorker {}

  /**
   * Kill what a worker that is gone left on the host of this one. Answered like {@link SendKill},
   * by {@link HeadEvent.LeftoverTerminated}, {@link HeadEvent.LeftoverBlocked} and {@link
   * HeadEvent.LeftoverUnanswered}.
   *
   * @param lost the worker that the segments were placed on
   */
  record KillLeftover(
      WorkerIdentity identity,
      WorkerInstance instance,
      WorkerIdentity lost,
      ImmutableList<SegmentKey> segments,
      KillFacts facts)
      implements ToWorker {}

  /** Give the link up. */
  record HangUp(WorkerIdentity identity, WorkerInstance instance) implements ToWorker {}

  /** Answered by {@link HeadEvent.InventoryReceived}, or LinkDown. */
  record FetchInventory(WorkerIdentity identity, WorkerInstance instance) implements ToWorker {}

  /** Lets segments begin that the worker had accepted before it restarted. May be repeated. */
  record SendProceed(
      WorkerIdentity identity, WorkerInstance instance, ImmutableList<SegmentKey> segments)
      implements ToWorker {}

  /** Answered by {@link HeadEvent.StartAnswered}, {@link HeadEvent.StartUnanswered} or LinkDown. */
  record SendStart(
      WorkerIdentity identity, WorkerInstance instance, ImmutableList<StartOrder> orders)
      implements ToWorker {}

  /** One segment to start; numbers grow with every order to the worker in this epoch. */
  record StartOrder(SegmentKey segment, long dispatchNumber, SegmentSpec spec) {}

  /**
   * Answered by one {@link HeadEvent.SegmentTerminated} per segment as it is proven; {@link
   * HeadEvent.KillUnanswered} for what the stream ended without, or LinkDown.
   */
  record SendKill(WorkerIdentity identity, WorkerInstance instance, ImmutableList<KillOrder> orders)
      implements ToWorker {}

  /** One segment to kill. */
  record KillOrder(SegmentKey segment, KillFacts facts, Grace grace) {
    /** To be killed at once. */
    public KillOrder(SegmentKey segment, KillFacts facts) {
      this(segment, facts, Grace.NONE);
    }
  }

  /** Answered by {@link HeadEvent.Forgotten} or LinkDown. */
  record SendForget(
      WorkerIdentity identity, WorkerInstance instance, ImmutableList<ForgetOrder> orders)
      implements ToWorker {}

  /** One segment whose end is in the store. */
  record ForgetOrder(SegmentKey segment, long lastDispatchNumber) {}

  /** Answered by {@link HeadEvent.BundleDelivered} or {@link HeadEvent.BundleFailed}. */
  record PutBundle(WorkerIdentity identity, WorkerInstance instance, String hash)
      implements ToWorker {}

  /** Answered by {@link HeadEvent.OutputCollected} or {@link HeadEvent.OutputUnavailable}. */
  record CollectOutput(
      WorkerIdentity identity, WorkerInstance instance, SegmentKey segment, int maxLines)
      implements ToWorker {}
}
