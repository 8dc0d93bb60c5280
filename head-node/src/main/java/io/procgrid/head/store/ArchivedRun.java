package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.RunRequest;
import io.procgrid.head.core.SegmentOutput;
import org.jspecify.annotations.Nullable;

/**
 * A run as the database has it.
 *
 * @param createdAtMillis wall clock at which the latest incarnation was accepted, ms since 1970;
 *     for an auto-start entry that has not begun, the entry itself
 * @param incarnation the latest; 0 for an auto-start entry that has not begun
 * @param status null while it is not over
 * @param endedAtMillis wall clock, ms since 1970; 0 while it is not over
 * @param segments empty while not fixed
 */
public record ArchivedRun(
    long runId,
    RunRequest request,
    long createdAtMillis,
    int incarnation,
    @Nullable RunStatus status,
    long endedAtMillis,
    ImmutableList<ArchivedSegment> segments) {

  /**
   * A segment of it.
   *
   * @param placement null when it was never placed
   * @param status null while it is not over
   * @param outcome null while it is not over, or when it was never placed
   * @param output null while it is not saved; empty when it is over and never wrote any
   */
  public record ArchivedSegment(
      SegmentKey segment,
      String dataSegmentId,
      @Nullable Placement placement,
      @Nullable RunStatus status,
      String message,
      @Nullable Outcome outcome,
      @Nullable SegmentOutput output) {}
}
