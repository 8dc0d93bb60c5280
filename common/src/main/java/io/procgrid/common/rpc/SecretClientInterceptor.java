package io.procgrid.common.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/** Puts the cluster's secret on every call. */
public final class SecretClientInterceptor implements ClientInterceptor {
  private final ClusterSecret secret;

  public SecretClientInterceptor(ClusterSecret secret) {
    this.secret = secret;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        headers.put(ClusterSecret.HEADER, secret.value());
        super.start(listener, headers);
      }
    };
  }
}
