package io.procgrid.head.core;

import io.procgrid.common.run.KillFacts;

/**
 * The kill that is to end a run.
 *
 * @param facts of the call that came first
 * @param graceMillis from the receipt by the worker to SIGKILL, the shortest that was asked for; 0
 *     = at once
 */
public record KillIntent(KillFacts facts, long graceMillis) {
  /** At once. */
  public KillIntent(KillFacts facts) {
    this(facts, 0);
  }
}
