package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.proto.v1.KillProgress;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/** One stream of a kill: reports each proof at once, and what it ended without. */
final class KillCall implements StreamObserver<KillProgress> {
  /** What the progress of a kill is called for the core. */
  interface Reports {
    HeadEvent terminated(SegmentKey segment, Outcome outcome);

    HeadEvent pending(SegmentKey segment, String reason);

    HeadEvent unanswered(ImmutableList<SegmentKey> segments, String reason);
  }

  private final Connection connection;
  private final Set<SegmentKey> unproven;
  private final Reports reports;

  KillCall(Connection connection, Collection<SegmentKey> segments, Reports reports) {
    this.connection = connection;
    this.unproven = new LinkedHashSet<>(segments);
    this.reports = reports;
  }

  @Override
  public void onNext(KillProgress progress) {
    switch (progress.getWhatCase()) {
      case TERMINATED -> {
        SegmentKey segment = WireCodec.decode(progress.getTerminated().getSegment());
        Outcome outcome = WireCodec.decode(progress.getTerminated().getOutcome());
        unproven.remove(segment);
        connection.emit(reports.terminated(segment, outcome));
      }
      case PENDING ->
          connection.emit(
              reports.pending(
                  WireCodec.decode(progress.getPending().getSegment()),
                  progress.getPending().getReason()));
      case WHAT_NOT_SET -> throw new IllegalArgumentException("kill progress without content");
    }
  }

  @Override
  public void onError(Throwable failure) {
    connection.failed(Status.fromThrowable(failure), this::unanswered);
  }

  @Override
  public void onCompleted() {
    unanswered("%s ended the kill without a proof".formatted(connection.worker()));
  }

  private void unanswered(String reason) {
    if (!unproven.isEmpty()) {
      connection.emit(reports.unanswered(ImmutableList.copyOf(unproven), reason));
    }
  }
}
