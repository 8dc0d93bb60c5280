package io.procgrid.worker.rpc;

import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.loop.LoopListener;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.proto.v1.Address;
import io.procgrid.proto.v1.BundleHeader;
import io.procgrid.proto.v1.ConnectRequest;
import io.procgrid.proto.v1.ConnectResponse;
import io.procgrid.proto.v1.Epoch;
import io.procgrid.proto.v1.InventoryEntry;
import io.procgrid.proto.v1.InventoryRequest;
import io.procgrid.proto.v1.KillFacts;
import io.procgrid.proto.v1.KillOrder;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.proto.v1.KillRequest;
import io.procgrid.proto.v1.PutBundleRequest;
import io.procgrid.proto.v1.PutBundleResponse;
import io.procgrid.proto.v1.StartAnswer;
import io.procgrid.proto.v1.StartOrder;
import io.procgrid.proto.v1.StartRequest;
import io.procgrid.proto.v1.WorkerGrpc;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.core.HostBoot;
import io.procgrid.worker.engine.LostWorkers;
import io.procgrid.worker.engine.WorkerEngine;
import io.procgrid.worker.journal.BundleStore;
import io.procgrid.worker.journal.HostStamp;
import io.procgrid.worker.journal.Journal;
import io.procgrid.worker.output.OutputBound;
import io.procgrid.worker.process.Containment;
import io.procgrid.worker.process.ContainmentMode;
import io.procgrid.worker.process.ContainmentProbe;
import io.procgrid.worker.process.Leftovers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A worker with real processes, a real journal and an in-process gRPC server. */
final class ServedWorker implements AutoCloseable {
  static final String CLUSTER = "cluster-under-test";
  static final long KEPT_OUTPUT_BYTES = 1024 * 1024;

  final WorkerEngine engine;
  final WorkerGrpc.WorkerBlockingStub stub;
  final WorkerGrpc.WorkerStub asyncStub;
  final WorkerIdentity identity;
  final WorkerInstance instance = new WorkerInstance(UUID.randomUUID().toString());
  final AtomicReference<Throwable> failure = new AtomicReference<>();

  private final Server server;
  private final ManagedChannel channel;
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private long dispatchNumber;
  private long epoch = 1;

  ServedWorker(Path directory) throws Exception {
    this(directory, Leftovers.NONE);
  }

  /**
   * @param leftovers what others left on the host
   */
  ServedWorker(Path directory, Leftovers leftovers) throws Exception {
    String bootId = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    BundleStore bundles = new BundleStore(directory.resolve("bundles"));
    Journal.Opened opened =
        Journal.open(
            directory,
            new HostStamp("host", "machine", "", bootId, ""),
            () -> new WorkerIdentity(UUID.randomUUID().toString()),
            bundles.hashes());
    identity = opened.journal().identity();
    Containment containment =
        new ContainmentProbe(identity.value(), "host", Set.of()).open(ContainmentMode.AUTO);
    opened.use(containment.ground());
    engine =
        new WorkerEngine(
            opened,
            bundles,
            containment,
            new OutputBound(KEPT_OUTPUT_BYTES),
            Map.of("PATH", "/usr/bin:/bin", "HOME", "/root", "SECRET", "of the worker"),
            instance,
            new HostBoot(bootId, 0),
            LoopListener.none(),
            () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
            System::currentTimeMillis,
            failure::set);
    engine.start();
    Answer joined = engine.ask(new Command.JoinCluster(new ClusterId(CLUSTER))).get();
    if (!(joined instanceof Answer.Done)) {
      throw new IllegalStateException(joined.toString());
    }
    String name = UUID.randomUUID().toString();
    server =
        InProcessServerBuilder.forName(name)
            .executor(calls)
            .addService(
                new WorkerService(
                    engine, bundles, new LostWorkers(leftovers, System::currentTimeMillis), calls))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
    stub = WorkerGrpc.newBlockingStub(channel);
    asyncStub = WorkerGrpc.newStub(channel);
  }

  void epoch(long counter) {
    epoch = counter;
    dispatchNumber = 0;
  }

  Address to() {
    return Address.newBuilder()
        .setClusterId(CLUSTER)
        .setWorkerIdentity(identity.value())
        .setWorkerInstance(instance.value())
        .setEpoch(Epoch.newBuilder().setCounter(epoch).setNonce("n" + epoch))
        .build();
  }

  ConnectResponse connect() {
    return stub.connect(ConnectRequest.newBuilder().setTo(to()).setWorkerNumber(1).build());
  }

  /** Puts files, name to content, and returns their hash. */
  String putBundle(Map<String, String> files) throws Exception {
    byte[] zip = zip(files);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(zip));
    putBundle(hash, zip);
    return hash;
  }

  void putBundle(String hash, byte[] zip) throws Exception {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    StreamObserver<PutBundleRequest> upload =
        asyncStub.putBundle(
            new StreamObserver<PutBundleResponse>() {
              @Override
              public void onNext(PutBundleResponse response) {}

              @Override
              public void onError(Throwable cause) {
                done.completeExceptionally(cause);
              }

              @Override
              public void onCompleted() {
                done.complete(true);
              }
            });
    upload.onNext(
        PutBundleRequest.newBuilder()
            .setHeader(BundleHeader.newBuilder().setTo(to()).setHash(hash))
            .build());
    int middle = zip.length / 2;
    upload.onNext(content(zip, 0, middle));
    upload.onNext(content(zip, middle, zip.length - middle));
    upload.onCompleted();
    done.get(10, TimeUnit.SECONDS);
  }

  private static PutBundleRequest content(byte[] bytes, int offset, int length) {
    return PutBundleRequest.newBuilder()
        .setContent(ByteString.copyFrom(bytes, offset, length))
        .build();
  }

  static byte[] zip(Map<String, String> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  static SegmentSpec spec(String hash, String command, List<String> arguments) {
    return new SegmentSpec(
        "a proc", "0", 1, hash, command, arguments, Map.of(), Map.of(), false, 100);
  }

  StartAnswer start(SegmentKey segment, SegmentSpec spec) {
    return stub.start(
            StartRequest.newBuilder()
                .setTo(to())
                .addOrders(
                    StartOrder.newBuilder()
                        .setSegment(WireCodec.encode(segment))
                        .setDispatchNumber(++dispatchNumber)
                        .setSpec(WireCodec.encode(spec)))
                .build())
        .getAnswers(0);
  }

  ImmutableList<KillProgress> kill(SegmentKey... segments) {
    KillRequest.Builder request = KillRequest.newBuilder().setTo(to());
    for (SegmentKey segment : segments) {
      request.addOrders(
          KillOrder.newBuilder()
              .setSegment(WireCodec.encode(segment))
              .setFacts(
                  KillFacts.newBuilder().setUser("alice").setAtMillis(7).setOrigin("here:1")));
    }
    return ImmutableList.copyOf(stub.withDeadlineAfter(20, TimeUnit.SECONDS).kill(request.build()));
  }

  ImmutableList<InventoryEntry> inventory() {
    return ImmutableList.copyOf(stub.inventory(InventoryRequest.newBuilder().setTo(to()).build()));
  }

  InventoryEntry inventory(SegmentKey segment) {
    return inventory().stream()
        .filter(entry -> entry.getSegment().equals(WireCodec.encode(segment)))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    await().until(server::isTerminated);
    engine.close();
    calls.shutdownNow();
  }
}
