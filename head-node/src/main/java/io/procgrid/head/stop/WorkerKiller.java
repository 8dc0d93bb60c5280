package io.procgrid.head.stop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretClientInterceptor;
import io.procgrid.proto.v1.KillAllRequest;
import io.procgrid.proto.v1.KillFacts;
import io.procgrid.proto.v1.WorkerGrpc;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks each worker of a data directory to kill everything it runs. */
final class WorkerKiller {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ORIGIN = "stop-cluster";

  private final Path dataDir;
  private final Appendable out;

  WorkerKiller(Path dataDir, Appendable out) {
    this.dataDir = dataDir;
    this.out = out;
  }

  /** Returns what is not proven dead, one line each; all workers work side by side. */
  List<String> kill(Duration patience) throws IOException, InterruptedException {
    List<Path> files = workerFiles();
    if (files.isEmpty()) {
      out.append("no worker runs on %s%n".formatted(dataDir));
      return List.of();
    }
    ClusterSecret secret = ClusterSecret.read(dataDir.resolve("cluster.secret"));
    List<ManagedChannel> channels = new ArrayList<>();
    try {
      List<KillAllCall> calls = new ArrayList<>();
      for (Path file : files) {
        JsonNode worker = JSON.readTree(Files.readString(file));
        ManagedChannel channel =
            NettyChannelBuilder.forTarget("dns:///" + worker.path("grpc").asText())
                .usePlaintext()
                .intercept(new SecretClientInterceptor(secret))
                .build();
        channels.add(channel);
        calls.add(begin(channel, nameOf(file), worker, patience));
      }
      List<String> survivors = new ArrayList<>();
      for (KillAllCall call : calls) {
        survivors.addAll(call.await());
        out.append("%s: killed %d segment(s)%n".formatted(call.worker(), call.killed()));
      }
      return survivors;
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private static KillAllCall begin(
      ManagedChannel channel, String name, JsonNode worker, Duration patience) {
    KillAllCall call = new KillAllCall(name);
    WorkerGrpc.newStub(channel)
        .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
        .killAll(
            KillAllRequest.newBuilder()
                .setClusterId(worker.path("cluster_id").asText())
                .setWorkerIdentity(worker.path("identity").asText())
                .setFacts(
                    KillFacts.newBuilder()
                        .setAtMillis(System.currentTimeMillis())
                        .setOrigin(ORIGIN))
                .build(),
            call);
    return call;
  }

  private List<Path> workerFiles() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(dataDir, "worker-*.json")) {
      found.forEach(files::add);
    }
    files.sort(null);
    return files;
  }

  private static String nameOf(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - ".json".length());
  }
}
