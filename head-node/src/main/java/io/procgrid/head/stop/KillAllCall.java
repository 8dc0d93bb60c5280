package io.procgrid.head.stop;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.proto.v1.KillProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** What one worker says while it kills everything it runs. */
final class KillAllCall implements StreamObserver<KillProgress> {
  private final String worker;
  private final Map<SegmentKey, String> pending = new TreeMap<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private int killed;

  KillAllCall(String worker) {
    this.worker = worker;
  }

  String worker() {
    return worker;
  }

  /** How many segments were proven dead. */
  synchronized int killed() {
    return killed;
  }

  @Override
  public synchronized void onNext(KillProgress progress) {
    switch (progress.getWhatCase()) {
      case TERMINATED -> {
        killed++;
        pending.remove(WireCodec.decode(progress.getTerminated().getSegment()));
      }
      case PENDING ->
          pending.put(
              WireCodec.decode(progress.getPending().getSegment()),
              progress.getPending().getReason());
      case WHAT_NOT_SET -> throw new IllegalArgumentException("kill progress without content");
    }
  }

  @Override
  public void onError(Throwable failure) {
    end.complete(Status.fromThrowable(failure));
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }

  /** Waits for the end of the call, which has a deadline. Returns what is not proven dead. */
  List<String> await() throws InterruptedException {
    Status status;
    try {
      status = end.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return survivors(status);
  }

  private synchronized List<String> survivors(Status status) {
    List<String> survivors = new ArrayList<>();
    pending.forEach((segment, reason) ->
        survivors.add(
            "run %d, segment %d on %s: %s"
                .formatted(segment.runId(), segment.segment(), worker, reason)));
    if (!status.isOk()) {
      survivors.add(
          "%s: did not prove that nothing lives on (%s)".formatted(worker, explain(status)));
    }
    return survivors;
  }

  private static String explain(Status status) {
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> "the time is up";
      case UNAVAILABLE -> "it does not run or cannot be reached";
      default -> status.getCode() + ": " + status.getDescription();
    };
  }
}
