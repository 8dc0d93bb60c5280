package io.procgrid.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretClientInterceptor;
import io.procgrid.common.rpc.SecretServerInterceptor;
import io.procgrid.proto.v1.Address;
import io.procgrid.proto.v1.ConnectRequest;
import io.procgrid.proto.v1.Epoch;
import io.procgrid.proto.v1.LeaveRequest;
import io.procgrid.proto.v1.LeaveResponse;
import io.procgrid.proto.v1.RegisterRequest;
import io.procgrid.proto.v1.RegisterResponse;
import io.procgrid.proto.v1.RegistrationGrpc;
import io.procgrid.proto.v1.WatchRequest;
import io.procgrid.proto.v1.WatchResponse;
import io.procgrid.proto.v1.WorkerGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker as the script starts it, beside a head of which only the registration is there. */
class WorkerNodeTest {
  private static final Epoch EPOCH = Epoch.newBuilder().setCounter(1).setNonce("nonce").build();

  @TempDir Path directory;

  private final RegistrationDesk desk = new RegistrationDesk();
  private ClusterSecret secret;
  private Server head;

  /** The head's side of the registration. */
  private static final class RegistrationDesk extends RegistrationGrpc.RegistrationImplBase {
    private final List<RegisterRequest> registrations = new CopyOnWriteArrayList<>();
    private final List<LeaveRequest> leaves = new CopyOnWriteArrayList<>();
    private volatile String cluster = "cluster-1";

    @Override
    public void register(RegisterRequest request, StreamObserver<RegisterResponse> observer) {
      registrations.add(request);
      observer.onNext(
          RegisterResponse.newBuilder().setClusterId(cluster).setNumber(1).setEpoch(EPOCH).build());
      observer.onCompleted();
    }

    @Override
    public void leave(LeaveRequest request, StreamObserver<LeaveResponse> observer) {
      leaves.add(request);
      observer.onNext(LeaveResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  @BeforeEach
  void openDesk() throws IOException {
    secret = ClusterSecret.readOrCreate(directory.resolve("cluster.secret"));
    head =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(ServerInterceptors.intercept(desk, new SecretServerInterceptor(secret)))
            .build()
            .start();
  }

  @AfterEach
  void closeDesk() throws InterruptedException {
    head.shutdownNow().awaitTermination();
  }

  private WorkerNode start() throws Exception {
    return WorkerNode.start(
        WorkerConfig.parse(
            List.of(
                "--data-dir=" + directory,
                "--head-file=" + directory.resolve("head.json"),
                "--slots=2")));
  }

  private void writeHeadFile() throws IOException {
    Files.writeString(
        directory.resolve("head.json"), "{\"grpc\": \"127.0.0.1:%d\"}".formatted(head.getPort()));
  }

  private JsonNode workerFile() throws IOException {
    return new ObjectMapper().readTree(directory.resolve("worker-1.json").toFile());
  }

  private String joinedCluster() throws IOException {
    return workerFile().path("cluster_id").asText();
  }

  @Test
  void registersOnceTheHeadIsThereAndLeavesInOrder() throws Exception {
    try (WorkerNode _ = start()) {
      assertThat(desk.registrations).isEmpty();
      assertThat(joinedCluster()).isEmpty();
      writeHeadFile();
      await().until(() -> joinedCluster().equals("cluster-1"));
    }

    RegisterRequest registration = desk.registrations.getFirst();
    assertThat(registration.getClusterId()).isEmpty();
    assertThat(registration.getSlots()).isEqualTo(2);
    assertThat(registration.getAddress()).isEqualTo(workerFile().path("grpc").asText());
    assertThat(registration.getWorkerIdentity()).isEqualTo(workerFile().path("identity").asText());
    assertThat(desk.leaves)
        .singleElement()
        .satisfies(leave -> assertThat(leave.getClusterId()).isEqualTo("cluster-1"));
  }

  @Test
  void keepsItsIdentityAndClusterAndChangesItsInstance() throws Exception {
    writeHeadFile();
    try (WorkerNode _ = start()) {
      await().until(() -> joinedCluster().equals("cluster-1"));
    }
    JsonNode before = workerFile();
    desk.registrations.clear();
    try (WorkerNode _ = start()) {
      await().until(() -> !desk.registrations.isEmpty());
      assertThat(joinedCluster()).isEqualTo("cluster-1");
    }

    RegisterRequest again = desk.registrations.getFirst();
    assertThat(again.getClusterId()).isEqualTo("cluster-1");
    assertThat(again.getWorkerIdentity()).isEqualTo(before.path("identity").asText());
    assertThat(again.getWorkerInstance()).isNotEqualTo(before.path("instance").asText());
  }

  @Test
  void headOfAnotherClusterIsNotJoined() throws Exception {
    writeHeadFile();
    try (WorkerNode _ = start()) {
      await().until(() -> joinedCluster().equals("cluster-1"));
    }
    desk.cluster = "cluster-2";
    desk.registrations.clear();
    try (WorkerNode _ = start()) {
      await().until(() -> desk.registrations.size() >= 2);
      assertThat(joinedCluster()).isEqualTo("cluster-1");
    }
  }

  @Test
  void registersAgainAsLongAsNoWatchStands() throws Exception {
    writeHeadFile();
    try (WorkerNode _ = start()) {
      await().until(() -> desk.registrations.size() >= 2);
    }
  }

  @Test
  void callWithoutTheSecretIsRefusedAndOneWithItWatches() throws Exception {
    writeHeadFile();
    try (WorkerNode _ = start()) {
      await().until(() -> joinedCluster().equals("cluster-1"));
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(workerFile().path("grpc").asText()).usePlaintext().build();
      Address to =
          Address.newBuilder()
              .setClusterId("cluster-1")
              .setWorkerIdentity(workerFile().path("identity").asText())
              .setWorkerInstance(workerFile().path("instance").asText())
              .setEpoch(EPOCH)
              .build();
      ConnectRequest connect = ConnectRequest.newBuilder().setTo(to).build();
      assertThatThrownBy(() -> WorkerGrpc.newBlockingStub(channel).connect(connect))
          .hasMessageStartingWith(Status.Code.UNAUTHENTICATED.name());

      var interceptor = new SecretClientInterceptor(secret);
      assertThat(
              WorkerGrpc.newBlockingStub(channel)
                  .withInterceptors(interceptor)
                  .connect(connect)
                  .getHighestEpoch())
          .isEqualTo(EPOCH);
      List<WatchResponse> heard = new CopyOnWriteArrayList<>();
      WorkerGrpc.newStub(channel)
          .withInterceptors(interceptor)
          .watch(listener(heard))
          .onNext(WatchRequest.newBuilder().setTo(to).build());
      await().until(() -> heard.stream().filter(WatchResponse::hasHeartbeat).count() >= 2);
      channel.shutdownNow();
    }
  }

  private static StreamObserver<WatchResponse> listener(List<WatchResponse> heard) {
    return new StreamObserver<>() {
      @Override
      public void onNext(WatchResponse response) {
        heard.add(response);
      }

      @Override
      public void onError(Throwable cause) {}

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void secondWorkerOfTheSameNameIsRefused() throws Exception {
    try (WorkerNode _ = start()) {
      assertThatThrownBy(this::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("worker-1.lock")
          .hasMessageContaining("another --name");
    }
  }
}
