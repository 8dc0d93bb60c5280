package io.procgrid.head.stop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretServerInterceptor;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.HeadFile;
import io.procgrid.proto.v1.KillAllRequest;
import io.procgrid.proto.v1.KillPending;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.proto.v1.Terminated;
import io.procgrid.proto.v1.WorkerGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterStopTest {
  private static final SegmentKey SEGMENT = new SegmentKey(7, 1, 0);

  private final StringBuilder out = new StringBuilder();
  private final StringBuilder err = new StringBuilder();
  private final List<KillAllRequest> requests = new CopyOnWriteArrayList<>();
  private ClusterSecret secret;

  /** Bodies of the calls to the head. */
  private final List<String> asked = new CopyOnWriteArrayList<>();

  @TempDir Path directory;

  @BeforeEach
  void makeSecret() throws IOException {
    secret = ClusterSecret.readOrCreate(directory.resolve("cluster.secret"));
  }

  private int stop(String step) {
    return ClusterStop.run(List.of("--data-dir", directory.toString(), "--step", step), out, err);
  }

  private Server worker(String name, Consumer<StreamObserver<KillProgress>> killAll)
      throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .intercept(new SecretServerInterceptor(secret))
            .addService(
                new WorkerGrpc.WorkerImplBase() {
                  @Override
                  public void killAll(
                      KillAllRequest request, StreamObserver<KillProgress> progress) {
                    requests.add(request);
                    killAll.accept(progress);
                  }
                })
            .build()
            .start();
    Files.writeString(
        directory.resolve(name + ".json"),
        "{\"grpc\":\"127.0.0.1:%d\",\"identity\":\"id-%s\",\"cluster_id\":\"c\"}"
            .formatted(server.getPort(), name));
    return server;
  }

  private static KillProgress terminated() {
    Outcome outcome = new Outcome(Outcome.Kind.NEVER_STARTED, null, "", 0, 1, 1, null);
    return KillProgress.newBuilder()
        .setTerminated(
            Terminated.newBuilder()
                .setSegment(WireCodec.encode(SEGMENT))
                .setOutcome(WireCodec.encode(outcome)))
        .build();
  }

  private static KillProgress pending() {
    return KillProgress.newBuilder()
        .setPending(
            KillPending.newBuilder()
                .setSegment(WireCodec.encode(SEGMENT))
                .setReason("pid 12 is in state D"))
        .build();
  }

  @Test
  void workersThatProveEverythingEndWellAndKnowWhoAsked() throws IOException {
    Server first =
        worker(
            "worker-1",
            progress -> {
              progress.onNext(pending());
              progress.onNext(terminated());
              progress.onCompleted();
            });
    Server second = worker("worker-2", StreamObserver::onCompleted);
    try {
      assertThat(stop("kill-all")).isZero();
    } finally {
      first.shutdownNow();
      second.shutdownNow();
    }
    assertThat(out).contains("worker-1: killed 1", "worker-2: killed 0");
    assertThat(err).isEmpty();
    assertThat(requests)
        .extracting(KillAllRequest::getWorkerIdentity)
        .containsExactlyInAnyOrder("id-worker-1", "id-worker-2");
    assertThat(requests)
        .allSatisfy(request -> {
          assertThat(request.getFacts().getOrigin()).isEqualTo("stop-cluster");
          assertThat(request.getFacts().getUser()).isEmpty();
          assertThat(request.getClusterId()).isEqualTo("c");
        });
  }

  @Test
  void survivorsAreNamed() throws IOException {
    Server server =
        worker(
            "worker-1",
            progress -> {
              progress.onNext(pending());
              progress.onError(Status.DEADLINE_EXCEEDED.asRuntimeException());
            });
    try {
      assertThat(stop("kill-all")).isEqualTo(1);
    } finally {
      server.shutdownNow();
    }
    assertThat(err)
        .contains("run 7, segment 0 on worker-1: pid 12 is in state D")
        .contains("worker-1: did not prove");
  }

  @Test
  void workerThatCannotBeAskedIsNeverTakenForEmpty() throws IOException {
    worker("worker-1", progress -> {}).shutdownNow();
    assertThat(stop("kill-all")).isEqualTo(1);
    assertThat(err).contains("worker-1: did not prove that nothing lives on (it does not run");
  }

  @Test
  void directoryWithoutWorkersIsEmpty() {
    assertThat(stop("kill-all")).isZero();
    assertThat(out).contains("no worker runs on");
  }

  @Test
  void runsThatTheHeadCouldNotProveAreNamed() throws IOException {
    assertThat(
            killRuns(
                "{\\\"run_ids\\\":[\\\"1\\\"],\\\"info\\\":{\\\"pending_run_ids\\\":"
                    + "\\\"2,3\\\",\\\"pending_reason\\\":\\\"{\\\\\\\"2\\\\\\\":\\\\\\\"worker 1 is down"
                    + "\\\\\\\"}\\\"}}"))
        .isEqualTo(1);
    assertThat(out).contains("killed 1 run(s) 1");
    assertThat(err).contains("run 2: worker 1 is down", "run 3:");
  }

  @Test
  void headThatProvedEverythingEndsWell() throws IOException {
    assertThat(killRuns("{\\\"run_ids\\\":[],\\\"info\\\":{}}")).isZero();
    assertThat(err).isEmpty();
  }

  @Test
  void runsThatDoNotEndInTheirOwnTimeAreKilledAtOnce() throws IOException {
    assertThat(
            killRuns(
                "{\\\"run_ids\\\":[\\\"1\\\"],\\\"info\\\":{\\\"pending_run_ids\\\":\\\"2\\\"}}",
                "{\\\"run_ids\\\":[\\\"2\\\"],\\\"info\\\":{}}"))
        .isZero();
    assertThat(asked).hasSize(2);
    assertThat(asked.getFirst()).doesNotContain("grace_period_ms");
    assertThat(asked.getLast()).contains("\"grace_period_ms\":\"0\"");
    assertThat(out).contains("killed 2 run(s) 1, 2");
    assertThat(err).isEmpty();
  }

  /** The head gives the answers in turn, the last one again and again. */
  private int killRuns(String... answers) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/kill/proc",
        exchange -> {
          String answer = answers[Math.min(asked.size(), answers.length - 1)];
          asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body =
              "{\"status\":\"OK\",\"message\":\"\",\"data_str\":\"%s\"}"
                  .formatted(answer)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    http.start();
    int port = http.getAddress().getPort();
    try {
      new HeadFile(1, "http://127.0.0.1:" + port, port, "127.0.0.1:1", "c").write(directory);
      return stop("kill-runs");
    } finally {
      http.stop(0);
    }
  }

  @Test
  void missingHeadIsSaid() {
    assertThat(stop("kill-runs")).isEqualTo(1);
    assertThat(err).contains("no head runs on this data directory");
  }

  @Test
  void wrongUsageIsExitCodeTwo() {
    assertThat(stop("kill-some")).isEqualTo(2);
    assertThat(err).contains("step=kill-some", "must be kill-runs or kill-all");
  }
}
