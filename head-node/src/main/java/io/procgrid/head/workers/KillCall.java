package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.proto.v1.KillOrder;
import io.procgrid.proto.v1.KillProgress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One Kill stream: reports each proof at once, and what it ended without. */
final class KillCall implements StreamObserver<KillProgress> {
  private final Connection connection;
  private final Set<SegmentKey> unproven = new LinkedHashSet<>();

  KillCall(Connection connection, List<KillOrder> orders) {
    this.connection = connection;
    for (KillOrder order : orders) {
      unproven.add(WireCodec.decode(order.getSegment()));
    }
  }

  @Override
  public void onNext(KillProgress progress) {
    switch (progress.getWhatCase()) {
      case TERMINATED -> {
        HeadEvent.SegmentTerminated proof =
            WatchCall.terminated(connection, progress.getTerminated());
        unproven.remove(proof.segment());
        connection.emit(proof);
      }
      case PENDING -> connection.emit(WatchCall.pending(connection, progress.getPending()));
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
      connection.emit(
          new HeadEvent.KillUnanswered(
              connection.identity(),
              connection.instance(),
              ImmutableList.copyOf(unproven),
              reason));
    }
  }
}
