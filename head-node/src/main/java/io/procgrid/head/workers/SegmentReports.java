package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.head.core.HeadEvent;

/** The progress of a kill of what the worker itself runs. */
record SegmentReports(Connection connection) implements KillCall.Reports {
  @Override
  public HeadEvent terminated(SegmentKey segment, Outcome outcome) {
    return new HeadEvent.SegmentTerminated(
        connection.identity(), connection.instance(), segment, outcome);
  }

  @Override
  public HeadEvent pending(SegmentKey segment, String reason) {
    return new HeadEvent.KillBlocked(connection.identity(), connection.instance(), segment, reason);
  }

  @Override
  public HeadEvent unanswered(ImmutableList<SegmentKey> segments, String reason) {
    return new HeadEvent.KillUnanswered(
        connection.identity(), connection.instance(), segments, reason);
  }
}
