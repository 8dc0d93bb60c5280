package io.procgrid.head.workers;

import io.grpc.Status;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import org.jspecify.annotations.Nullable;

/**
 * A call to a worker that failed. Its message is for users: it says what happened in words, not in
 * those of the transport, some of which REST clients take for a crash of the head.
 */
public final class CallFailure extends RuntimeException {
  CallFailure(String message) {
    super(message);
  }

  /**
   * Says why a call failed.
   *
   * @param worker names the worker and its address
   */
  static String describe(String worker, Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE -> unavailable(worker, status.getCause());
      case DEADLINE_EXCEEDED -> "%s did not answer in time".formatted(worker);
      case FAILED_PRECONDITION, UNAUTHENTICATED, NOT_FOUND, RESOURCE_EXHAUSTED ->
          "%s refused: %s".formatted(worker, text(status));
      default -> "%s failed: %s: %s".formatted(worker, status.getCode(), text(status));
    };
  }

  private static String unavailable(String worker, @Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException) {
        return "%s: nothing listens there".formatted(worker);
      }
      if (cause instanceof NoRouteToHostException) {
        return "%s: its host cannot be reached".formatted(worker);
      }
      if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
        return "%s: the host name does not resolve".formatted(worker);
      }
    }
    return "%s: the connection broke".formatted(worker);
  }

  private static String text(Status status) {
    String description = status.getDescription();
    Throwable cause = status.getCause();
    if (cause != null && cause.getMessage() != null) {
      return description == null ? cause.getMessage() : description + " " + cause.getMessage();
    }
    return description == null ? "no reason given" : description;
  }

  /** True when the worker says that it is not the one the head means, or refuses this head. */
  static boolean isRefusal(Status status) {
    return status.getCode() == Status.Code.FAILED_PRECONDITION
        || status.getCode() == Status.Code.UNAUTHENTICATED;
  }
}
