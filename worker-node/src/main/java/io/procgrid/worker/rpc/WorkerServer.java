package io.procgrid.worker.rpc;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretServerInterceptor;
import io.procgrid.proto.v1.WorkerGrpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The worker's gRPC server, with health and reflection.
 *
 * <p>Calls come on one thread, so what a head sends on a connection mostly takes effect in that
 * order. Nothing relies on it: a large message may be overtaken by a small one.
 */
public final class WorkerServer implements AutoCloseable {
  private static final int MESSAGE_BYTES = 4 * 1024 * 1024;

  private final ExecutorService arrivals =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("grpc-calls").daemon().factory());
  private final Server server;
  private final HealthStatusManager health = new HealthStatusManager();

  /**
   * @param address where to listen; port 0 = any free one
   * @param blocking runs the calls that may block
   */
  public WorkerServer(
      InetSocketAddress address, BindableService service, ClusterSecret secret, Executor blocking) {
    this.server =
        NettyServerBuilder.forAddress(address)
            .executor(arrivals)
            .callExecutor(new BlockingCalls(blocking))
            .maxInboundMessageSize(MESSAGE_BYTES)
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS)
            .intercept(new RefusalLog())
            // The latter of two interceptors is called first.
            .intercept(new SecretServerInterceptor(secret))
            .addService(service)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .build();
  }

  /** Has the calls that may block leave the one thread. */
  private record BlockingCalls(Executor blocking) implements ServerCallExecutorSupplier {
    @Override
    public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata metadata) {
      String method = call.getMethodDescriptor().getFullMethodName();
      return method.equals(WorkerGrpc.getPutBundleMethod().getFullMethodName()) ? blocking : null;
    }
  }

  /** Listens. */
  public void start() throws IOException {
    server.start();
    health.setStatus(WorkerGrpc.SERVICE_NAME, ServingStatus.SERVING);
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Returns when the server is closed. */
  public void awaitClose() throws InterruptedException {
    server.awaitTermination();
  }

  /** Hears no more calls, and ends those under way. */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdownNow();
    try {
      var _ = server.awaitTermination(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    arrivals.shutdown();
  }
}
