package io.procgrid.worker.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.procgrid.proto.v1.WatchRequest;
import io.procgrid.proto.v1.WatchResponse;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.core.Notice;
import io.procgrid.worker.core.WorkerCore;
import io.procgrid.worker.engine.Caller;
import io.procgrid.worker.engine.WorkerEngine;

/**
 * One Watch: the first request opens it, the others acknowledge. A head that reads too slowly for
 * what happens loses the stream and comes back for what the worker kept.
 */
final class WatchStream implements Caller, StreamObserver<WatchRequest> {
  private static final long UNOPENED = 0;

  private final WorkerEngine engine;
  private final ServerCallStreamObserver<WatchResponse> observer;
  private long request = UNOPENED;
  private int sentUnready;
  private boolean closed;

  WatchStream(WorkerEngine engine, ServerCallStreamObserver<WatchResponse> observer) {
    this.engine = engine;
    this.observer = observer;
    observer.setOnCancelHandler(this::withdraw);
    observer.setOnReadyHandler(this::caughtUp);
  }

  @Override
  public void onNext(WatchRequest message) {
    if (request != UNOPENED) {
      engine.acknowledge(request, message.getAcknowledged());
      return;
    }
    try {
      request =
          engine.command(
              new Command.Watch(Messages.decode(message.getTo()), message.getAcknowledged()), this);
    } catch (IllegalArgumentException e) {
      fail(Refusals.malformed(e));
    }
  }

  @Override
  public void onError(Throwable cause) {
    withdraw();
  }

  @Override
  public void onCompleted() {
    withdraw();
    complete();
  }

  private void withdraw() {
    if (request != UNOPENED) {
      engine.withdraw(request);
    }
  }

  private synchronized void caughtUp() {
    sentUnready = 0;
  }

  @Override
  public synchronized void notice(long number, Notice notice) {
    if (closed) {
      return;
    }
    if (!observer.isReady() && ++sentUnready > WorkerCore.NOTICE_CAPACITY) {
      withdraw();
      fail(
          Status.RESOURCE_EXHAUSTED
              .withDescription("the head reads its Watch too slowly; watch again")
              .asRuntimeException());
      return;
    }
    observer.onNext(Messages.encode(number, notice));
  }

  @Override
  public void answer(Answer answer) {
    if (answer instanceof Answer.Done) {
      // A newer Watch has taken its place.
      complete();
      return;
    }
    fail(Refusals.of(answer));
  }

  private synchronized void complete() {
    if (!closed) {
      closed = true;
      observer.onCompleted();
    }
  }

  private synchronized void fail(RuntimeException cause) {
    if (!closed) {
      closed = true;
      observer.onError(cause);
    }
  }
}
