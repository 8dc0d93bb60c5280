package io.procgrid.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretClientInterceptor;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestReply;
import io.procgrid.it.TestCluster;
import io.procgrid.proto.v1.KillAllRequest;
import io.procgrid.proto.v1.LeaveRequest;
import io.procgrid.proto.v1.RegisterRequest;
import io.procgrid.proto.v1.RegistrationGrpc;
import io.procgrid.proto.v1.WorkerGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gRPC ports of the daemons, as another local user would find them. */
@ExtendWith(ClusterExtension.class)
class GrpcAccessIT {
  @TempDir Path folder;
  private @Nullable ManagedChannel channel;

  private ManagedChannel channelTo(TestCluster cluster, String daemon) throws IOException {
    String target =
        RestReply.parse(Files.readString(cluster.dataDir().resolve(daemon + ".json")))
            .path("grpc")
            .asText();
    channel = NettyChannelBuilder.forTarget(target).usePlaintext().build();
    return channel;
  }

  @AfterEach
  void closeChannel() throws InterruptedException {
    if (channel != null) {
      assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void workerRefusesCallsWithoutTheSecretAndKillsNothing(TestCluster cluster) throws Exception {
    String marker = TestCluster.newMarker();
    cluster.procs().run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    for (int number = 1; number <= 2; number++) {
      WorkerGrpc.WorkerBlockingStub stub =
          WorkerGrpc.newBlockingStub(channelTo(cluster, "worker-" + number))
              .withDeadlineAfter(10, TimeUnit.SECONDS);
      assertThatThrownBy(() -> stub.killAll(KillAllRequest.getDefaultInstance()).hasNext())
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused ->
                  assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
      closeChannel();
    }
    assertThat(LivePids.among(pids)).isEqualTo(pids);
  }

  @Test
  void headRefusesRegistrationsWithoutTheSecretOrWithAnother(TestCluster cluster) throws Exception {
    RegistrationGrpc.RegistrationBlockingStub stub =
        RegistrationGrpc.newBlockingStub(channelTo(cluster, "head"));
    ClusterSecret other = ClusterSecret.readOrCreate(folder.resolve("other.secret"));
    for (var caller : List.of(stub, stub.withInterceptors(new SecretClientInterceptor(other)))) {
      assertThatThrownBy(() ->
              caller
                  .withDeadlineAfter(10, TimeUnit.SECONDS)
                  .register(RegisterRequest.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused ->
                  assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
    }
    assertThat(cluster.shownWorkers()).hasSize(2);
  }

  @Test
  void headRefusesAWorkerOfAnotherCluster(TestCluster cluster) throws Exception {
    ClusterSecret secret = ClusterSecret.read(cluster.dataDir().resolve("cluster.secret"));
    RegistrationGrpc.RegistrationBlockingStub stub =
        RegistrationGrpc.newBlockingStub(channelTo(cluster, "head"))
            .withInterceptors(new SecretClientInterceptor(secret))
            .withDeadlineAfter(10, TimeUnit.SECONDS);
    assertThatThrownBy(() ->
            stub.leave(
                LeaveRequest.newBuilder()
                    .setClusterId("another")
                    .setWorkerIdentity("nobody")
                    .setWorkerInstance("none")
                    .build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused ->
                assertThat(refused.getStatus().getCode())
                    .isEqualTo(Status.Code.FAILED_PRECONDITION));
  }

  @ParameterizedTest
  @ValueSource(strings = {"head", "worker-1", "worker-2"})
  void healthIsServing(String daemon, TestCluster cluster) throws Exception {
    assertThat(
            HealthGrpc.newBlockingStub(channelTo(cluster, daemon))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"head", "worker-1"})
  void reflectionListsTheServices(String daemon, TestCluster cluster) throws Exception {
    CompletableFuture<ServerReflectionResponse> first = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channelTo(cluster, daemon))
            .withDeadlineAfter(10, TimeUnit.SECONDS)
            .serverReflectionInfo(new FirstResponse<>(first));
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    String service =
        daemon.equals("head") ? RegistrationGrpc.SERVICE_NAME : WorkerGrpc.SERVICE_NAME;
    assertThat(first.get(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
        .anyMatch(each -> each.getName().equals(service));
    requests.onCompleted();
  }

  /** Completes a future with what comes first. */
  private record FirstResponse<T>(CompletableFuture<T> first) implements StreamObserver<T> {
    @Override
    public void onNext(T value) {
      first.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      first.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      first.completeExceptionally(new AssertionError("no response came"));
    }
  }
}
