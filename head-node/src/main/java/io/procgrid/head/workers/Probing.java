package io.procgrid.head.workers;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.procgrid.common.rpc.SecretClientInterceptor;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.HeadEvent.ProbeAnswered.Presence;
import io.procgrid.proto.v1.IdentifyRequest;
import io.procgrid.proto.v1.IdentifyResponse;
import io.procgrid.proto.v1.WorkerGrpc;
import java.net.ConnectException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a worker process lives, at the address it was last known at. A connection that
 * is refused, or an answer of somebody else, says that it is gone; whatever else goes wrong says
 * nothing, and is tried again until the time that counts as silence is over.
 */
final class Probing {
  private static final Logger log = LoggerFactory.getLogger(Probing.class);
  private static final long PAUSE_MILLIS = 200;

  private final HeadEffect.Probe probe;
  private final LinkEnvironment environment;
  private final ManagedChannel channel;
  private final long endNanos;

  Probing(HeadEffect.Probe probe, LinkEnvironment environment) {
    this.probe = probe;
    this.environment = environment;
    this.channel =
        NettyChannelBuilder.forTarget("dns:///" + probe.address())
            .usePlaintext()
            .executor(environment.executor())
            .intercept(new SecretClientInterceptor(environment.secret()))
            .build();
    this.endNanos =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(environment.timing().silence());
  }

  /** Reports what it finds, once. */
  void begin() {
    WorkerGrpc.newStub(channel)
        .withDeadlineAfter(Math.max(1, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS)
        .identify(
            IdentifyRequest.getDefaultInstance(),
            new CollectedReply<IdentifyResponse, IdentifyResponse>(
                response -> response,
                answers -> found(isMeant(answers.getFirst()) ? Presence.ALIVE : Presence.GONE),
                this::failed));
  }

  private boolean isMeant(IdentifyResponse response) {
    return response.getWorkerIdentity().equals(probe.identity().value())
        && response.getWorkerInstance().equals(probe.instance().value());
  }

  private void failed(Status status) {
    if (isRefused(status.getCause()) || isAnswer(status)) {
      found(Presence.GONE);
      return;
    }
    if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS) >= endNanos) {
      found(Presence.SILENT);
      return;
    }
    channel.resetConnectBackoff();
    var _ =
        environment
            .timer()
            .schedule(
                () -> environment.executor().execute(this::begin),
                PAUSE_MILLIS,
                TimeUnit.MILLISECONDS);
  }

  private static boolean isRefused(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException
          && String.valueOf(cause.getMessage()).contains("refused")) {
        return true;
      }
    }
    return false;
  }

  /** A worker of this cluster says who it is: any other answer is of somebody else. */
  private static boolean isAnswer(Status status) {
    return switch (status.getCode()) {
      case UNAUTHENTICATED, UNIMPLEMENTED, PERMISSION_DENIED, NOT_FOUND -> true;
      default -> false;
    };
  }

  private void found(Presence presence) {
    channel.shutdownNow();
    log.info(
        "another process claims identity {}: the one at {} is {}",
        probe.identity(),
        probe.address(),
        presence);
    environment
        .events()
        .accept(new HeadEvent.ProbeAnswered(probe.identity(), probe.instance(), presence));
  }
}
