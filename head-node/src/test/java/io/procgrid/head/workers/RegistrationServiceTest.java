package io.procgrid.head.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretClientInterceptor;
import io.procgrid.common.rpc.SecretServerInterceptor;
import io.procgrid.common.run.HostFacts;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.WorkerAnnouncement;
import io.procgrid.proto.v1.LeaveRequest;
import io.procgrid.proto.v1.RegisterRequest;
import io.procgrid.proto.v1.RegisterResponse;
import io.procgrid.proto.v1.RegistrationGrpc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistrationServiceTest {
  private static final HostFacts HOST = new HostFacts("h", "Linux", "m", "u", "b");
  private static final RegisterRequest REQUEST =
      RegisterRequest.newBuilder()
          .setWorkerIdentity("journal")
          .setWorkerInstance("process")
          .setWantedNumber(2)
          .setAddress("127.0.0.1:1")
          .setSlots(3)
          .setHost(WireCodec.encode(HOST))
          .setContainment("cgroup")
          .setHighestEpoch(WireCodec.encode(new Epoch(4, "n")))
          .setHighestRunId(9)
          .build();

  private final List<Command> commands = new CopyOnWriteArrayList<>();
  private CompletableFuture<Answer> answer =
      CompletableFuture.completedFuture(new Answer.Registered(2, new Epoch(5, "e"), ""));
  private Server server;
  private ManagedChannel channel;
  private RegistrationGrpc.RegistrationBlockingStub registration;

  @TempDir Path directory;

  @BeforeEach
  void start() throws IOException {
    ClusterSecret secret = ClusterSecret.readOrCreate(directory.resolve("secret"));
    server =
        InProcessServerBuilder.forName(directory.toString())
            .directExecutor()
            .intercept(new SecretServerInterceptor(secret))
            .addService(
                new RegistrationService(
                    new ClusterId("ours"),
                    command -> {
                      commands.add(command);
                      return answer;
                    }))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(directory.toString()).directExecutor().build();
    registration =
        RegistrationGrpc.newBlockingStub(channel)
            .withInterceptors(new SecretClientInterceptor(secret));
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private static void assertRefused(ThrowingCallable call, Status.Code code, String text) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(code))
        .hasMessageContaining(text);
  }

  @Test
  void workerGetsClusterNumberAndTerm() {
    RegisterResponse response = registration.register(REQUEST);
    assertThat(response.getClusterId()).isEqualTo("ours");
    assertThat(response.getNumber()).isEqualTo(2);
    assertThat(WireCodec.decode(response.getEpoch())).isEqualTo(new Epoch(5, "e"));
    assertThat(commands)
        .containsExactly(
            new Command.RegisterWorker(
                new WorkerAnnouncement(
                    "",
                    new WorkerIdentity("journal"),
                    new WorkerInstance("process"),
                    2,
                    "127.0.0.1:1",
                    3,
                    HOST,
                    "cgroup",
                    new Epoch(4, "n"),
                    9)));
  }

  @Test
  void workerOfAnotherClusterIsRefusedBeforeTheCore() {
    assertRefused(
        () -> registration.register(REQUEST.toBuilder().setClusterId("theirs").build()),
        Status.Code.FAILED_PRECONDITION,
        "belongs to cluster theirs, this head serves cluster ours");
    assertRefused(
        () ->
            registration.leave(
                LeaveRequest.newBuilder()
                    .setClusterId("theirs")
                    .setWorkerIdentity("journal")
                    .setWorkerInstance("process")
                    .build()),
        Status.Code.FAILED_PRECONDITION,
        "cluster theirs");
    assertThat(commands).isEmpty();
  }

  @Test
  void refusalOfTheCoreReachesTheWorker() {
    answer = CompletableFuture.completedFuture(new Answer.Refused("store was restored", false));
    assertRefused(
        () -> registration.register(REQUEST),
        Status.Code.FAILED_PRECONDITION,
        "store was restored");
    answer = CompletableFuture.completedFuture(new Answer.Refused("disk full", true));
    assertRefused(() -> registration.register(REQUEST), Status.Code.UNAVAILABLE, "disk full");
  }

  @Test
  void headThatStopsSaysAskAgain() {
    answer = CompletableFuture.failedFuture(new IllegalStateException("the head stops"));
    assertRefused(() -> registration.register(REQUEST), Status.Code.UNAVAILABLE, "the head stops");
  }

  @Test
  void senselessAnnouncementIsRefusedAndSaysWhy() {
    assertRefused(
        () -> registration.register(REQUEST.toBuilder().setSlots(0).build()),
        Status.Code.INVALID_ARGUMENT,
        "slots 0");
    assertRefused(
        () -> registration.register(REQUEST.toBuilder().clearWorkerIdentity().build()),
        Status.Code.INVALID_ARGUMENT,
        "identity is empty");
    assertThat(commands).isEmpty();
  }

  @Test
  void leaveNamesTheProcessThatLeaves() {
    answer = CompletableFuture.completedFuture(new Answer.Done());
    assertThat(
            registration.leave(
                LeaveRequest.newBuilder()
                    .setClusterId("ours")
                    .setWorkerIdentity("journal")
                    .setWorkerInstance("process")
                    .build()))
        .isNotNull();
    assertThat(commands)
        .containsExactly(
            new Command.LeaveWorker(new WorkerIdentity("journal"), new WorkerInstance("process")));
  }

  @Test
  void callWithoutTheSecretNeverReachesTheCore() {
    assertRefused(
        () -> RegistrationGrpc.newBlockingStub(channel).register(REQUEST),
        Status.Code.UNAUTHENTICATED,
        "no secret");
    assertThat(commands).isEmpty();
  }
}
