package io.procgrid.head.core;

import io.procgrid.common.run.KillFacts;
import org.jspecify.annotations.Nullable;

/**
 * How a call wants its runs killed.
 *
 * @param facts who asks
 * @param graceMillis from signal to SIGKILL; null = what each proc was created with
 * @param answerTimeoutMillis ms from the call to its answer; null = {@link #DEFAULT_ANSWER_MILLIS}
 *     from the end of the longest grace
 */
public record KillTerms(
    KillFacts facts, @Nullable Long graceMillis, @Nullable Long answerTimeoutMillis) {
  /** What a proof may take once nothing is to live any more, ms. */
  public static final long DEFAULT_ANSWER_MILLIS = 10_000;

  /** The time that a run of this proc gets, ms. */
  long graceFor(ProcDefinition proc) {
    return graceMillis == null
        ? proc.killGrace().millis()
        : proc.killGrace().lasting(graceMillis).millis();
  }
}
