package io.procgrid.worker.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.proto.v1.ConnectRequest;
import io.procgrid.proto.v1.ConnectResponse;
import io.procgrid.proto.v1.ForgetRequest;
import io.procgrid.proto.v1.ForgetResponse;
import io.procgrid.proto.v1.IdentifyRequest;
import io.procgrid.proto.v1.IdentifyResponse;
import io.procgrid.proto.v1.InventoryEntry;
import io.procgrid.proto.v1.InventoryRequest;
import io.procgrid.proto.v1.KillAllRequest;
import io.procgrid.proto.v1.KillLeftoverRequest;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.proto.v1.KillRequest;
import io.procgrid.proto.v1.OutputChunk;
import io.procgrid.proto.v1.ProceedRequest;
import io.procgrid.proto.v1.ProceedResponse;
import io.procgrid.proto.v1.PutBundleRequest;
import io.procgrid.proto.v1.PutBundleResponse;
import io.procgrid.proto.v1.ReadOutputRequest;
import io.procgrid.proto.v1.StartRequest;
import io.procgrid.proto.v1.StartResponse;
import io.procgrid.proto.v1.WatchRequest;
import io.procgrid.proto.v1.WatchResponse;
import io.procgrid.proto.v1.WorkerGrpc;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.engine.LostWorkers;
import io.procgrid.worker.engine.WorkerEngine;
import io.procgrid.worker.journal.BundleStore;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a head asks of the worker: each call is one command to the engine. Nothing here decides.
 *
 * <p>Commands are given to the engine on the thread that a call comes on; nothing but {@link
 * #putBundle} may block it.
 */
public final class WorkerService extends WorkerGrpc.WorkerImplBase {
  private final WorkerEngine engine;
  private final BundleStore bundles;
  private final LostWorkers lostWorkers;
  private final Executor streaming;

  /**
   * @param lostWorkers what workers that are gone left on this host
   * @param streaming runs what waits for a slow reader, a virtual thread each
   */
  public WorkerService(
      WorkerEngine engine, BundleStore bundles, LostWorkers lostWorkers, Executor streaming) {
    this.engine = engine;
    this.bundles = bundles;
    this.lostWorkers = lostWorkers;
    this.streaming = streaming;
  }

  @Override
  public void connect(ConnectRequest request, StreamObserver<ConnectResponse> observer) {
    unary(
        () -> new Command.Connect(Messages.decode(request.getTo()), request.getWorkerNumber()),
        observer,
        answer ->
            answer instanceof Answer.Connected connected
                ? Messages.encode(connected, lostWorkers.find())
                : null,
        streaming);
  }

  @Override
  public void identify(IdentifyRequest request, StreamObserver<IdentifyResponse> observer) {
    unary(
        Command.TellStanding::new,
        observer,
        answer -> answer instanceof Answer.Standing standing ? Messages.encode(standing) : null);
  }

  @Override
  public void killLeftover(KillLeftoverRequest request, StreamObserver<KillProgress> observer) {
    stream(
        server(observer),
        () -> new Command.Admit(Messages.decode(request.getTo()), null),
        (answer, sender) -> {
          if (!(answer instanceof Answer.Done)) {
            sender.fail(Refusals.of(answer));
            return;
          }
          new LeftoverKill(lostWorkers, sender, streaming).run(request);
        });
  }

  @Override
  public void start(StartRequest request, StreamObserver<StartResponse> observer) {
    unary(
        () -> Messages.decode(request),
        observer,
        answer ->
            answer instanceof Answer.StartsAnswered answered ? Messages.encode(answered) : null);
  }

  @Override
  public void proceed(ProceedRequest request, StreamObserver<ProceedResponse> observer) {
    unary(
        () -> Messages.decode(request),
        observer,
        answer -> answer instanceof Answer.Done ? ProceedResponse.getDefaultInstance() : null);
  }

  @Override
  public void forget(ForgetRequest request, StreamObserver<ForgetResponse> observer) {
    unary(
        () -> Messages.decode(request),
        observer,
        answer ->
            answer instanceof Answer.ForgetAnswered answered ? Messages.encode(answered) : null);
  }

  @Override
  public void kill(KillRequest request, StreamObserver<KillProgress> observer) {
    kill(() -> Messages.decode(request), observer);
  }

  @Override
  public void killAll(KillAllRequest request, StreamObserver<KillProgress> observer) {
    kill(() -> Messages.decode(request), observer);
  }

  private void kill(Supplier<Command> command, StreamObserver<KillProgress> observer) {
    try {
      KillStream.open(engine, command.get(), server(observer));
    } catch (IllegalArgumentException e) {
      observer.onError(Refusals.malformed(e));
    }
  }

  @Override
  public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> observer) {
    return new WatchStream(engine, server(observer));
  }

  @Override
  public StreamObserver<PutBundleRequest> putBundle(StreamObserver<PutBundleResponse> observer) {
    ignoreCancellation(observer);
    return new BundleUpload(engine, bundles, observer);
  }

  @Override
  public void inventory(InventoryRequest request, StreamObserver<InventoryEntry> observer) {
    stream(
        server(observer),
        () -> new Command.ListInventory(Messages.decode(request.getTo())),
        (answer, sender) -> {
          if (!(answer instanceof Answer.Listed listed)) {
            sender.fail(Refusals.of(answer));
            return;
          }
          for (Answer.InventoryItem item : listed.items()) {
            if (!sender.send(Messages.encode(item))) {
              return;
            }
          }
          sender.complete();
        });
  }

  @Override
  public void readOutput(ReadOutputRequest request, StreamObserver<OutputChunk> observer) {
    stream(
        server(observer),
        () ->
            new Command.Admit(
                Messages.decode(request.getTo()), WireCodec.decode(request.getSegment())),
        (answer, sender) -> {
          if (!(answer instanceof Answer.Done)) {
            sender.fail(Refusals.of(answer));
            return;
          }
          SegmentKey segment = WireCodec.decode(request.getSegment());
          new OutputSending(sender).send(engine.folder(segment), request.getMaxLines());
        });
  }

  private interface Sending<T> {
    void send(Answer answer, ReadySender<T> sender) throws IOException, InterruptedException;
  }

  private <T> void stream(
      ServerCallStreamObserver<T> observer, Supplier<Command> command, Sending<T> sending) {
    ReadySender<T> sender = new ReadySender<>(observer);
    Command decoded;
    try {
      decoded = command.get();
    } catch (IllegalArgumentException e) {
      sender.fail(Refusals.malformed(e));
      return;
    }
    // Asked on this thread: commands take effect in the order in which calls come.
    CompletableFuture<Answer> answer = engine.ask(decoded);
    streaming.execute(() -> {
      try {
        sending.send(answer.join(), sender);
      } catch (IOException e) {
        sender.fail(
            Status.INTERNAL
                .withDescription("cannot be read: " + e.getMessage())
                .withCause(e)
                .asRuntimeException());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        sender.fail(Status.UNAVAILABLE.withDescription("the worker stops").asRuntimeException());
      }
    });
  }

  private <T> void unary(
      Supplier<Command> command,
      StreamObserver<T> observer,
      Function<Answer, @Nullable T> encoding) {
    unary(command, observer, encoding, Runnable::run);
  }

  /**
   * @param encoders runs the encoding, which may block where the engine's thread does not run it
   */
  private <T> void unary(
      Supplier<Command> command,
      StreamObserver<T> observer,
      Function<Answer, @Nullable T> encoding,
      Executor encoders) {
    Command decoded;
    try {
      decoded = command.get();
    } catch (IllegalArgumentException e) {
      observer.onError(Refusals.malformed(e));
      return;
    }
    ignoreCancellation(observer);
    engine.command(
        decoded,
        answer ->
            encoders.execute(() -> {
              T message = encoding.apply(answer);
              if (message == null) {
                observer.onError(Refusals.of(answer));
                return;
              }
              observer.onNext(message);
              observer.onCompleted();
            }));
  }

  /** What was asked for goes on; without a handler, the answer to a caller that has gone throws. */
  private static <T> void ignoreCancellation(StreamObserver<T> observer) {
    server(observer).setOnCancelHandler(() -> {});
  }

  private static <T> ServerCallStreamObserver<T> server(StreamObserver<T> observer) {
    // grpc-java hands every service this kind of observer.
    return (ServerCallStreamObserver<T>) observer;
  }
}
