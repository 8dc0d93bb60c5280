package io.procgrid.head.api.status;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.RunRequest;
import io.procgrid.head.core.RunView;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.store.ArchivedRun;
import org.jspecify.annotations.Nullable;

/**
 * A run as status shows it.
 *
 * @param queuedSinceMillis when this incarnation began to wait, ms since 1970; 0 = not known
 * @param waiting why it waits; empty when it does not
 * @param segments empty while it waits
 */
public record ShownRun(
    long runId,
    RunRequest request,
    long queuedSinceMillis,
    RunStatus status,
    String waiting,
    ImmutableList<Segment> segments) {

  /**
   * A segment of it.
   *
   * @param placement null when it was never placed
   * @param startedAtMillis ms since 1970; 0 = not, or not known
   * @param endedAtMillis ms since 1970; 0 = not yet
   * @param killMillis ms from the worker's receipt of a kill to its proof; 0 = none
   * @param saved its output; null while that is at the worker
   */
  public record Segment(
      SegmentKey key,
      String dataSegmentId,
      RunStatus status,
      String message,
      @Nullable Placement placement,
      long startedAtMillis,
      long endedAtMillis,
      long killMillis,
      @Nullable SegmentOutput saved) {

    static Segment of(RunView.SegmentView view, @Nullable SegmentOutput saved) {
      return new Segment(
          view.segment(),
          view.dataSegmentId(),
          view.status(),
          view.message(),
          view.placement(),
          view.startedAtMillis(),
          view.endedAtMillis(),
          view.killMillis(),
          saved);
    }

    static Segment of(ArchivedRun.ArchivedSegment archived) {
      Outcome outcome = archived.outcome();
      return new Segment(
          archived.segment(),
          archived.dataSegmentId(),
          statusOf(archived),
          archived.message(),
          archived.placement(),
          outcome == null ? 0 : outcome.startedAtMillis(),
          outcome == null ? 0 : outcome.endedAtMillis(),
          outcome == null ? 0 : outcome.killMillis(),
          archived.output());
    }

    private static RunStatus statusOf(ArchivedRun.ArchivedSegment archived) {
      if (archived.status() != null) {
        return archived.status();
      }
      return archived.placement() == null ? RunStatus.NONE : RunStatus.RUNNING;
    }
  }
}
