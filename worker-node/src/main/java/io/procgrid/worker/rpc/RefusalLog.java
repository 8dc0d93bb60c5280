package io.procgrid.worker.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what is refused because it is not for this worker or of a term that is over: each sender and
 * reason once, however often it is repeated. Whoever sends such things is an old head, a head of
 * another cluster, or means another worker.
 */
public final class RefusalLog implements ServerInterceptor {
  /** So many senders and reasons are remembered. */
  private static final int REMEMBERED = 256;

  private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);

  private final Map<String, Boolean> told =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            if (status.getCode() == Status.Code.FAILED_PRECONDITION) {
              refused(call, status);
            }
            super.close(status, trailers);
          }
        },
        headers);
  }

  private void refused(ServerCall<?, ?> call, Status status) {
    String method = Objects.requireNonNullElse(call.getMethodDescriptor().getBareMethodName(), "?");
    Object peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    String sender = peer == null ? "a caller in this process" : withoutPort(peer.toString());
    String refusal = "%s from %s: %s".formatted(method, sender, status.getDescription());
    synchronized (told) {
      if (told.put(refusal, true) != null) {
        return;
      }
    }
    log.warn("refused {}", refusal);
  }

  /** A sender has a new port at each of its connections. */
  private static String withoutPort(String address) {
    return address.replaceFirst(":\\d+$", "");
  }
}
