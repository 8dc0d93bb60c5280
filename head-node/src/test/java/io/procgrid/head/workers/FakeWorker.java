package io.procgrid.head.workers;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretServerInterceptor;
import io.procgrid.proto.v1.ConnectRequest;
import io.procgrid.proto.v1.ConnectResponse;
import io.procgrid.proto.v1.ForgetRequest;
import io.procgrid.proto.v1.ForgetResponse;
import io.procgrid.proto.v1.Heartbeat;
import io.procgrid.proto.v1.IdentifyRequest;
import io.procgrid.proto.v1.IdentifyResponse;
import io.procgrid.proto.v1.InventoryEntry;
import io.procgrid.proto.v1.InventoryRequest;
import io.procgrid.proto.v1.KillLeftoverRequest;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.proto.v1.KillRequest;
import io.procgrid.proto.v1.Leftover;
import io.procgrid.proto.v1.OutputChunk;
import io.procgrid.proto.v1.PutBundleRequest;
import io.procgrid.proto.v1.PutBundleResponse;
import io.procgrid.proto.v1.ReadOutputRequest;
import io.procgrid.proto.v1.StartAnswer;
import io.procgrid.proto.v1.StartDecision;
import io.procgrid.proto.v1.StartOrder;
import io.procgrid.proto.v1.StartRequest;
import io.procgrid.proto.v1.StartResponse;
import io.procgrid.proto.v1.WatchRequest;
import io.procgrid.proto.v1.WatchResponse;
import io.procgrid.proto.v1.WorkerGrpc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A worker without processes behind a real socket: it keeps what it was asked, answers as told, and
 * beats its heart only when the test says so, or all the time.
 */
final class FakeWorker extends WorkerGrpc.WorkerImplBase implements AutoCloseable {
  final List<ConnectRequest> connects = new CopyOnWriteArrayList<>();
  final List<StreamObserver<WatchResponse>> watches = new CopyOnWriteArrayList<>();
  final List<WatchRequest> acknowledgements = new CopyOnWriteArrayList<>();
  final List<StartRequest> starts = new CopyOnWriteArrayList<>();
  final List<KillRequest> killRequests = new CopyOnWriteArrayList<>();
  final List<StreamObserver<KillProgress>> kills = new CopyOnWriteArrayList<>();
  final List<ForgetRequest> forgets = new CopyOnWriteArrayList<>();
  final List<byte[]> bundles = new CopyOnWriteArrayList<>();
  final List<StreamObserver<OutputChunk>> outputs = new CopyOnWriteArrayList<>();
  final AtomicInteger largestChunk = new AtomicInteger();

  /** Segments the inventory tells. */
  final List<InventoryEntry> inventory = new CopyOnWriteArrayList<>();

  volatile Status connectStatus = Status.OK;
  volatile Status startStatus = Status.OK;
  volatile boolean answersConnect = true;

  /** Who it says it is; null = it says nothing. */
  volatile @Nullable IdentifyResponse identity = IdentifyResponse.getDefaultInstance();

  /** What it found of workers that are gone. */
  final List<Leftover> leftovers = new CopyOnWriteArrayList<>();

  final List<KillLeftoverRequest> leftoverKills = new CopyOnWriteArrayList<>();
  final List<StreamObserver<KillProgress>> leftoverStreams = new CopyOnWriteArrayList<>();
  volatile boolean endsOutputs = true;

  private final Server server;

  FakeWorker(ClusterSecret secret, int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .intercept(new SecretServerInterceptor(secret))
            .addService(this)
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  String address() {
    return "127.0.0.1:" + port();
  }

  void heartbeat(long lastNumber, boolean degraded) {
    tell(
        WatchResponse.newBuilder()
            .setNumber(lastNumber)
            .setHeartbeat(Heartbeat.newBuilder().setDegraded(degraded))
            .build());
  }

  /** Tells the latest watcher. */
  void tell(WatchResponse event) {
    watches.getLast().onNext(event);
  }

  @Override
  public void connect(ConnectRequest request, StreamObserver<ConnectResponse> response) {
    connects.add(request);
    if (!connectStatus.isOk()) {
      response.onError(connectStatus.asRuntimeException());
      return;
    }
    if (answersConnect) {
      response.onNext(
          ConnectResponse.newBuilder()
              .setHighestEpoch(request.getTo().getEpoch())
              .setHighestRunId(41)
              .addBundles("b0")
              .addAllLeftovers(leftovers)
              .build());
      response.onCompleted();
    }
  }

  @Override
  public void identify(IdentifyRequest request, StreamObserver<IdentifyResponse> response) {
    IdentifyResponse answer = identity;
    if (answer != null) {
      response.onNext(answer);
      response.onCompleted();
    }
  }

  @Override
  public void killLeftover(KillLeftoverRequest request, StreamObserver<KillProgress> response) {
    leftoverKills.add(request);
    leftoverStreams.add(response);
  }

  @Override
  public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> responses) {
    watches.add(responses);
    return new StreamObserver<>() {
      @Override
      public void onNext(WatchRequest request) {
        acknowledgements.add(request);
      }

      @Override
      public void onError(Throwable failure) {
        // The head went away: what the tests want to see is seen at the head.
      }

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }

  @Override
  public void start(StartRequest request, StreamObserver<StartResponse> response) {
    starts.add(request);
    if (!startStatus.isOk()) {
      response.onError(startStatus.asRuntimeException());
      return;
    }
    StartResponse.Builder answers = StartResponse.newBuilder();
    for (StartOrder order : request.getOrdersList()) {
      answers.addAnswers(
          StartAnswer.newBuilder()
              .setSegment(order.getSegment())
              .setDispatchNumber(order.getDispatchNumber())
              .setDecision(StartDecision.START_DECISION_ACCEPTED));
    }
    response.onNext(answers.build());
    response.onCompleted();
  }

  @Override
  public void kill(KillRequest request, StreamObserver<KillProgress> progress) {
    kills.add(progress);
    killRequests.add(request);
  }

  @Override
  public void inventory(InventoryRequest request, StreamObserver<InventoryEntry> entries) {
    inventory.forEach(entries::onNext);
    entries.onCompleted();
  }

  @Override
  public void forget(ForgetRequest request, StreamObserver<ForgetResponse> response) {
    forgets.add(request);
    ForgetResponse.Builder answer = ForgetResponse.newBuilder();
    request.getOrdersList().forEach(order -> answer.addForgotten(order.getSegment()));
    response.onNext(answer.build());
    response.onCompleted();
  }

  @Override
  public StreamObserver<PutBundleRequest> putBundle(StreamObserver<PutBundleResponse> response) {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    return new StreamObserver<>() {
      @Override
      public void onNext(PutBundleRequest part) {
        ByteString content = part.getContent();
        largestChunk.accumulateAndGet(content.size(), Math::max);
        archive.writeBytes(content.toByteArray());
      }

      @Override
      public void onError(Throwable failure) {
        // The head went away: seen at the head.
      }

      @Override
      public void onCompleted() {
        bundles.add(archive.toByteArray());
        response.onNext(PutBundleResponse.getDefaultInstance());
        response.onCompleted();
      }
    };
  }

  @Override
  public void readOutput(ReadOutputRequest request, StreamObserver<OutputChunk> chunks) {
    outputs.add(chunks);
    chunks.onNext(
        OutputChunk.newBuilder()
            .addLines(ByteString.copyFromUtf8("first"))
            .addLines(ByteString.copyFrom(new byte[] {'o', (byte) 0xff, 'k'}))
            .build());
    chunks.onNext(
        OutputChunk.newBuilder().setStderr(true).addLines(ByteString.copyFromUtf8("oops")).build());
    if (endsOutputs) {
      chunks.onCompleted();
    }
  }

  /** Ends like a process that was killed: every connection breaks. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
