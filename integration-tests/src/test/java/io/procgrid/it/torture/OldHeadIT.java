package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretClientInterceptor;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestReply;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import io.procgrid.proto.v1.Address;
import io.procgrid.proto.v1.Epoch;
import io.procgrid.proto.v1.IdentifyRequest;
import io.procgrid.proto.v1.IdentifyResponse;
import io.procgrid.proto.v1.KillFacts;
import io.procgrid.proto.v1.KillOrder;
import io.procgrid.proto.v1.KillRequest;
import io.procgrid.proto.v1.SegmentKey;
import io.procgrid.proto.v1.SegmentSpec;
import io.procgrid.proto.v1.StartOrder;
import io.procgrid.proto.v1.StartRequest;
import io.procgrid.proto.v1.WorkerGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A head that was replaced wakes up and goes on talking to a worker (R2, R3). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1)
class OldHeadIT {
  private static final Epoch OLD = Epoch.newBuilder().setCounter(1).setNonce("old").build();
  private static final long LATE_RUN = 4711;

  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;
  private ManagedChannel channel;
  private WorkerGrpc.WorkerBlockingStub worker;
  private IdentifyResponse identity;
  private String run;
  private Set<Long> pids;

  /** The second head of the cluster serves, and has a run on its worker. */
  @BeforeEach
  void secondHead(TestCluster own) throws IOException {
    cluster = own;
    procs = own.procs();
    cluster.head().kill();
    cluster.startAll();
    run = procs.run(ProcDraft.command("sleep", marker));
    pids = TestCluster.awaitLive(marker, 1);
    String target =
        RestReply.parse(Files.readString(cluster.dataDir().resolve("worker-1.json")))
            .path("grpc")
            .asText();
    channel = NettyChannelBuilder.forTarget(target).usePlaintext().build();
    ClusterSecret secret = ClusterSecret.read(cluster.dataDir().resolve("cluster.secret"));
    worker =
        WorkerGrpc.newBlockingStub(channel).withInterceptors(new SecretClientInterceptor(secret));
    identity = worker.identify(IdentifyRequest.getDefaultInstance());
  }

  @AfterEach
  void closeChannel() throws InterruptedException {
    assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private Address.Builder address() {
    return Address.newBuilder()
        .setClusterId(identity.getClusterId())
        .setWorkerIdentity(identity.getWorkerIdentity())
        .setWorkerInstance(identity.getWorkerInstance())
        .setEpoch(OLD);
  }

  private ThrowingCallable start(Address.Builder to) {
    StartOrder order =
        StartOrder.newBuilder()
            .setSegment(SegmentKey.newBuilder().setRunId(LATE_RUN).setIncarnation(1))
            .setDispatchNumber(1_000)
            .setSpec(
                SegmentSpec.newBuilder()
                    .setProcName("late")
                    .setDataSegmentId("0")
                    .setSegmentCount(1)
                    .setCommand("sleep")
                    .addArguments(marker))
            .build();
    StartRequest request = StartRequest.newBuilder().setTo(to).addOrders(order).build();
    return () -> worker.withDeadlineAfter(10, TimeUnit.SECONDS).start(request);
  }

  private ThrowingCallable kill(Address.Builder to) {
    KillOrder order =
        KillOrder.newBuilder()
            .setSegment(SegmentKey.newBuilder().setRunId(Long.parseLong(run)).setIncarnation(1))
            .setFacts(KillFacts.newBuilder().setOrigin("the old head"))
            .build();
    KillRequest request = KillRequest.newBuilder().setTo(to).addOrders(order).build();
    return () -> worker.withDeadlineAfter(10, TimeUnit.SECONDS).kill(request).hasNext();
  }

  private void assertRefusedAndLogged(ThrowingCallable call, String method, String reason) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused ->
                assertThat(refused.getStatus().getCode())
                    .isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining(reason);
    Waiting.until(() ->
        cluster
            .worker(1)
            .log()
            .lines()
            .anyMatch(line -> line.contains("refused " + method) && line.contains(reason)));
  }

  private void assertNothingHappened() {
    assertThat(LivePids.sleeping(marker)).isEqualTo(pids);
    assertThat(procs.status(run).overall()).isEqualTo("running");
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  @TortureCase(number = 35)
  void workerThatHasSeenANewerHeadObeysNoOldOne() {
    assertRefusedAndLogged(start(address()), "Start", "epoch 1 is over");
    assertRefusedAndLogged(kill(address()), "Kill", "epoch 1 is over");
    assertThatThrownBy(kill(address())).isInstanceOf(StatusRuntimeException.class);
    assertThat(cluster.worker(1).log().lines().filter(line -> line.contains("refused Kill")))
        .hasSize(1);
    assertNothingHappened();
  }

  @Test
  @TortureCase(number = 33)
  void workerObeysNoHeadOfAnotherClusterNorOneThatMeansAnotherWorker() {
    assertRefusedAndLogged(
        start(address().setClusterId("another")), "Start", "the message is of cluster another");
    assertRefusedAndLogged(
        kill(address().setClusterId("another")), "Kill", "the message is of cluster another");
    assertRefusedAndLogged(
        start(address().setWorkerIdentity("nobody")), "Start", "the message is for nobody");
    assertRefusedAndLogged(
        kill(address().setWorkerIdentity("nobody")), "Kill", "the message is for nobody");
    assertRefusedAndLogged(
        kill(address().setWorkerInstance("former")), "Kill", "the message is for former");
    assertNothingHappened();
  }
}
