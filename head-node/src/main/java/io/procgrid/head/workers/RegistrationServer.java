package io.procgrid.head.workers;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.rpc.SecretServerInterceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The head's gRPC port: registration, health and reflection. */
public final class RegistrationServer implements AutoCloseable {
  private static final int MOST_REQUEST_BYTES = 1 << 20;
  private static final long KEEP_ALIVE_PERMITTED_SECONDS = 5;

  private final Server server;

  private RegistrationServer(Server server) {
    this.server = server;
  }

  /**
   * Serves.
   *
   * @param port 0 = any free one
   * @throws IOException when the address cannot be bound
   */
  public static RegistrationServer start(
      String host,
      int port,
      ClusterSecret secret,
      RegistrationService registration,
      Executor executor)
      throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
            .executor(executor)
            .intercept(new SecretServerInterceptor(secret))
            .addService(registration)
            .addService(new HealthStatusManager().getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .maxInboundMessageSize(MOST_REQUEST_BYTES)
            .permitKeepAliveTime(KEEP_ALIVE_PERMITTED_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .build();
    return new RegistrationServer(server.start());
  }

  /** The port it serves on. */
  public int port() {
    return server.getPort();
  }

  /** Stops at once; workers ask again. */
  @Override
  public void close() {
    server.shutdownNow();
  }
}
