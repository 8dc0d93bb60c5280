package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.id.Epoch;

/** What the core answers to a {@link Command}. */
public sealed interface Answer {
  /** Done, durably. */
  record Done() implements Answer {}

  /**
   * Not done.
   *
   * @param message what failed, on what, why, what to do
   * @param unknown true when it may have happened all the same: the store did not answer
   */
  record Refused(String message, boolean unknown) implements Answer {}

  /** The run is durable. */
  record Accepted(long runId) implements Answer {}

  /**
   * What a kill achieved.
   *
   * @param runIds runs that a kill ended and whose every segment is proven over, ascending
   * @param pending runs with a durable intent that are not yet proven, and why
   * @param elapsedMillis ms from the command to this answer
   */
  record Killed(ImmutableList<Long> runIds, ImmutableMap<Long, String> pending, long elapsedMillis)
      implements Answer {}

  /**
   * Procs in the order of their names, and the auto-start entries of those.
   *
   * @param autoStart run id to entry
   */
  record Procs(ImmutableList<ProcDefinition> procs, ImmutableMap<Long, AutoStartView> autoStart)
      implements Answer {}

  /** An auto-start entry as shown. */
  record AutoStartView(String procName, String runTag) {}

  /**
   * What the core knows of the selected runs: those not over, and those over but not yet complete
   * in the store.
   */
  record Runs(ImmutableList<RunView> runs) implements Answer {}

  /** Workers by number. */
  record Workers(ImmutableList<WorkerView> workers) implements Answer {}

  /**
   * A worker as shown.
   *
   * @param state "up", "down", "degraded" or "forgotten"
   * @param pendingKills segments on it whose kill is not yet proven
   */
  record WorkerView(WorkerRecord worker, String state, int pendingKills) implements Answer {}

  /**
   * The worker is known under this number.
   *
   * @param notice what its operator is to know; empty when there is nothing
   */
  record Registered(int number, Epoch epoch, String notice) implements Answer {}

  /** The worker is given up, and these runs with it: what becomes of them nobody knows. */
  record WorkerForgotten(ImmutableList<Long> runIds) implements Answer {}
}
