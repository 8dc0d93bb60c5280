package io.procgrid.worker.core;

import io.procgrid.common.run.KillFacts;
import org.jspecify.annotations.Nullable;

/**
 * A kill that was ordered, as the journal keeps it.
 *
 * @param facts of the order that came first
 * @param grace null when there is none: it kills at once
 */
public record Tombstone(KillFacts facts, @Nullable Grace grace) {
  /** Kills at once. */
  public Tombstone(KillFacts facts) {
    this(facts, null);
  }

  /**
   * How long the tree may go on, in words that outlive the worker process.
   *
   * @param signal what the tree gets first
   * @param bootId boot of the host in which the deadline counts; empty off Linux
   * @param deadlineMillis when it is killed, ms since that boot
   * @param reached whether the signal is known to have reached a live member: it is not sent again
   */
  public record Grace(int signal, String bootId, long deadlineMillis, boolean reached) {}
}
