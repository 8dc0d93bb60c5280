package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.RunStatus;
import org.jspecify.annotations.Nullable;

/**
 * A run as the core knows it. The store has the rest: what was asked for, and everything of runs
 * that are over.
 *
 * @param runId its id
 * @param incarnation 0 for an auto-start entry that has not begun
 * @param status as REST shows it
 * @param waiting why it waits, when no segment of it was dispatched yet; else empty
 * @param segments those that status shows; empty while the run waits
 */
public record RunView(
    long runId,
    int incarnation,
    RunStatus status,
    String waiting,
    ImmutableList<SegmentView> segments) {

  /** The same run, shown with another status. */
  RunView withStatus(RunStatus other) {
    return new RunView(runId, incarnation, other, waiting, segments);
  }

  /**
   * A segment of it.
   *
   * @param message what status shows
   * @param placement where its output is; null when it was never placed
   * @param startedAtMillis wall clock of the worker, ms since 1970; 0 = not yet
   * @param endedAtMillis wall clock of the worker, ms since 1970; 0 = not yet
   * @param killMillis ms from the worker's receipt of the kill to the proof; 0 = none
   */
  public record SegmentView(
      SegmentKey segment,
      String dataSegmentId,
      RunStatus status,
      String message,
      @Nullable Placement placement,
      long startedAtMillis,
      long endedAtMillis,
      long killMillis) {}
}
