package io.procgrid.worker.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.core.KillStep;
import io.procgrid.worker.engine.Caller;
import io.procgrid.worker.engine.WorkerEngine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One answer to a kill. While the caller is slow, the latest step of each segment waits: what
 * gathers is bounded by the segments of the request.
 */
final class KillStream implements Caller {
  private final ServerCallStreamObserver<KillProgress> observer;
  private final Map<SegmentKey, KillStep> waiting = new LinkedHashMap<>();
  private @Nullable Answer answer;
  private boolean closed;

  private KillStream(ServerCallStreamObserver<KillProgress> observer) {
    this.observer = observer;
  }

  /** Orders the kill and streams what comes of it. */
  static void open(
      WorkerEngine engine, Command command, ServerCallStreamObserver<KillProgress> observer) {
    KillStream stream = new KillStream(observer);
    AtomicLong request = new AtomicLong();
    observer.setOnReadyHandler(stream::send);
    // Set before the first step can come: without it, a step to a caller that has gone would throw.
    observer.setOnCancelHandler(() -> engine.withdraw(request.get()));
    request.set(engine.command(command, stream));
  }

  @Override
  public synchronized void progress(KillStep step) {
    waiting.put(step.segment(), step);
    send();
  }

  @Override
  public synchronized void answer(Answer last) {
    answer = last;
    send();
  }

  private synchronized void send() {
    if (closed) {
      return;
    }
    var steps = waiting.values().iterator();
    while (steps.hasNext() && observer.isReady()) {
      observer.onNext(Messages.encode(steps.next()));
      steps.remove();
    }
    if (answer == null || !waiting.isEmpty()) {
      return;
    }
    closed = true;
    if (answer instanceof Answer.Done) {
      observer.onCompleted();
      return;
    }
    observer.onError(Refusals.of(answer));
  }
}
