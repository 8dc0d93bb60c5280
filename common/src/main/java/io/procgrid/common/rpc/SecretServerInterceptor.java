package io.procgrid.common.rpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Refuses every call without the cluster's secret with UNAUTHENTICATED. Health and reflection are
 * open: they tell nothing that a port scan does not.
 */
public final class SecretServerInterceptor implements ServerInterceptor {
  private final ClusterSecret secret;

  public SecretServerInterceptor(ClusterSecret secret) {
    this.secret = secret;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (isOpen(call.getMethodDescriptor().getServiceName())) {
      return next.startCall(call, headers);
    }
    String candidate = headers.get(ClusterSecret.HEADER);
    if (candidate != null && secret.matches(candidate)) {
      return next.startCall(call, headers);
    }
    String what = candidate == null ? "no secret" : "a secret of another cluster";
    call.close(
        Status.UNAUTHENTICATED.withDescription(
            "the call carries %s; head and worker must share one secret file".formatted(what)),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private static boolean isOpen(@Nullable String service) {
    return service != null && service.startsWith("grpc.");
  }
}
