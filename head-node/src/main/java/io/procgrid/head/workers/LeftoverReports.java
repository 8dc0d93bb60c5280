package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.Outcome;
import io.procgrid.head.core.HeadEvent;

/** The progress of a kill of what another worker left. */
record LeftoverReports(Connection connection, WorkerIdentity lost) implements KillCall.Reports {
  @Override
  public HeadEvent terminated(SegmentKey segment, Outcome outcome) {
    return new HeadEvent.LeftoverTerminated(
        connection.identity(), connection.instance(), lost, segment, outcome);
  }

  @Override
  public HeadEvent pending(SegmentKey segment, String reason) {
    return new HeadEvent.LeftoverBlocked(
        connection.identity(), connection.instance(), lost, segment, reason);
  }

  @Override
  public HeadEvent unanswered(ImmutableList<SegmentKey> segments, String reason) {
    return new HeadEvent.LeftoverUnanswered(
        connection.identity(), connection.instance(), lost, segments);
  }
}
