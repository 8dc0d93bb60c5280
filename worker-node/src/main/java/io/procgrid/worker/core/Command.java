package io.procgrid.worker.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.SegmentSpec;
import org.jspecify.annotations.Nullable;

/** What the core can be asked. Each is answered by one {@link WorkerEffect.Reply}. */
public sealed interface Command {
  /** What a head sends: refused unless it is for this worker process and of the open term. */
  sealed interface FromHead extends Command {
    Address to();
  }

  /** Opens a term. Answered by {@link Answer.Connected} once the epoch is durable. */
  record Connect(Address to, int workerNumber) implements FromHead {}

  /** Answered by {@link Answer.StartsAnswered} once each accepted order is durable. */
  record Start(Address to, ImmutableList<StartOrder> orders) implements FromHead {}

  /**
   * One segment to start.
   *
   * @param dispatchNumber numbers the Starts of an epoch to this worker
   */
  record StartOrder(SegmentKey segment, long dispatchNumber, SegmentSpec spec) {}

  /**
   * Streams a {@link KillStep} per segment as it is proven; {@link Answer.Done} after the last one.
   */
  record Kill(Address to, ImmutableList<KillOrder> orders) implements FromHead {}

  /** One segment to kill, its incarnation and all before. */
  record KillOrder(SegmentKey segment, KillFacts facts, Grace grace) {
    /** To be killed at once. */
    public KillOrder(SegmentKey segment, KillFacts facts) {
      this(segment, facts, Grace.NONE);
    }
  }

  /** Answered by {@link Answer.Listed}. */
  record ListInventory(Address to) implements FromHead {}

  /**
   * Lets segments begin that were accepted before the restart; those that began already are left
   * alone. Answered by {@link Answer.Done}.
   */
  record Proceed(Address to, ImmutableList<SegmentKey> segments) implements FromHead {}

  /** Answered by {@link Answer.ForgetAnswered} once what is dropped is gone from the journal. */
  record Forget(Address to, ImmutableList<ForgetOrder> orders) implements FromHead {}

  /** One segment whose end the head has stored. */
  record ForgetOrder(SegmentKey segment, long lastDispatchNumber) {}

  /**
   * Streams {@link Notice}s from the one after {@code acknowledged} on. Answered by {@link
   * Answer.Done} when a newer one takes its place.
   */
  record Watch(Address to, long acknowledged) implements FromHead {}

  /**
   * Asks whether a message is for this worker, and, when it names a segment, whether the journal
   * holds it. Answered by {@link Answer.Done} or {@link Answer.UnknownSegment}.
   */
  record Admit(Address to, @Nullable SegmentKey segment) implements FromHead {}

  /**
   * Kills everything, for an operator on the host. Streams and answers like {@link Kill}.
   *
   * @param clusterId empty when the caller believes that the worker never registered
   */
  record KillAll(String clusterId, String identity, KillFacts facts) implements Command {}

  /** The head's answer to a registration. Answered by {@link Answer.Done} once durable. */
  record JoinCluster(ClusterId clusterId) implements Command {}

  /** Asks what a registration says. Answered by {@link Answer.Standing}. */
  record TellStanding() implements Command {}
}
