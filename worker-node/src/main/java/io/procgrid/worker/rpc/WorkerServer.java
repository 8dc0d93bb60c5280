package io.procgrid.worker.rpc;

import io.grpc.BindableService;
import io.grpc.Server;
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
import java.util.concurrent.TimeUnit;

/** The worker's gRPC server, with health and reflection. */
public final class WorkerServer implements AutoCloseable {
  private static final int MESSAGE_BYTES = 4 * 1024 * 1024;

  private final Server server;
  private final HealthStatusManager health = new HealthStatusManager();

  /**
   * @param address where to listen; port 0 = any free one
   * @param executor runs the calls, which may block
   */
  public WorkerServer(
      InetSocketAddress address, BindableService service, ClusterSecret secret, Executor executor) {
    this.server =
        NettyServerBuilder.forAddress(address)
            .executor(executor)
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
  }
}
