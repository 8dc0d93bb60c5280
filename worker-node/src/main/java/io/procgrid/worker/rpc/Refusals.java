package io.procgrid.worker.rpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.procgrid.worker.core.Answer;

/** The gRPC status of an answer that is not the one hoped for. */
final class Refusals {
  private Refusals() {}

  static StatusRuntimeException of(Answer answer) {
    Status status =
        switch (answer) {
          case Answer.Refused(String reason) -> Status.FAILED_PRECONDITION.withDescription(reason);
          // Not UNAVAILABLE, by which gRPC tells of connections that broke.
          case Answer.Unavailable(String reason) ->
              Status.RESOURCE_EXHAUSTED.withDescription(reason);
          case Answer.UnknownSegment unknown ->
              Status.NOT_FOUND.withDescription(
                  "the journal does not hold segment " + unknown.segment());
          case Answer.Done done -> Status.INTERNAL.withDescription("unexpected answer " + done);
          case Answer.Connected connected -> unexpected(connected);
          case Answer.StartsAnswered starts -> unexpected(starts);
          case Answer.Listed listed -> unexpected(listed);
          case Answer.ForgetAnswered forgets -> unexpected(forgets);
          case Answer.Standing standing -> unexpected(standing);
        };
    return status.asRuntimeException();
  }

  private static Status unexpected(Answer answer) {
    return Status.INTERNAL.withDescription("unexpected answer " + answer);
  }

  /** For a message that cannot be decoded. */
  static StatusRuntimeException malformed(IllegalArgumentException cause) {
    return Status.INVALID_ARGUMENT
        .withDescription("malformed message: " + cause.getMessage())
        .asRuntimeException();
  }
}
