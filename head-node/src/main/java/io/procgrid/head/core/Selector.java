package io.procgrid.head.core;

import org.jspecify.annotations.Nullable;

/**
 * Which runs a call means: all that match every part that is given.
 *
 * @param runId null = any; {@link #NO_RUN} for an id that no run can have
 * @param runTag empty = any
 * @param procName empty = any
 * @param worker number or identity of a worker that a segment of the run is on; empty = any
 */
public record Selector(@Nullable Long runId, String runTag, String procName, String worker) {
  /** An id that no run has: what an unreadable run id selects. */
  public static final long NO_RUN = 0;

  /** Selects every run. */
  public static final Selector ALL = new Selector(null, "", "", "");
}
