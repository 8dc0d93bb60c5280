package io.procgrid.head.workers;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.engine.CommandGateway;
import io.procgrid.proto.v1.LeaveRequest;
import io.procgrid.proto.v1.LeaveResponse;
import io.procgrid.proto.v1.RegisterRequest;
import io.procgrid.proto.v1.RegisterResponse;
import io.procgrid.proto.v1.RegistrationGrpc;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the announcements of workers.
 *
 * <p>FAILED_PRECONDITION: the core refuses the worker. INVALID_ARGUMENT: the request makes no
 * sense. UNAVAILABLE: ask again, the head could not store it or stops.
 */
public final class RegistrationService extends RegistrationGrpc.RegistrationImplBase {
  private static final Logger log = LoggerFactory.getLogger(RegistrationService.class);

  private final ClusterId cluster;
  private final CommandGateway gateway;

  public RegistrationService(ClusterId cluster, CommandGateway gateway) {
    this.cluster = cluster;
    this.gateway = gateway;
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<RegisterResponse> response) {
    ask(
        request.getClusterId(),
        () -> new Command.RegisterWorker(WorkerWire.decode(request)),
        answer -> {
          if (answer instanceof Answer.Registered(int number, Epoch epoch, String notice)) {
            if (!notice.isEmpty()) {
              log.warn("{}", notice);
            }
            return RegisterResponse.newBuilder()
                .setClusterId(cluster.value())
                .setNumber(number)
                .setEpoch(WireCodec.encode(epoch))
                .setNotice(notice)
                .build();
          }
          throw refusal(answer);
        },
        response);
  }

  @Override
  public void leave(LeaveRequest request, StreamObserver<LeaveResponse> response) {
    ask(
        request.getClusterId(),
        () ->
            new Command.LeaveWorker(
                new WorkerIdentity(request.getWorkerIdentity()),
                new WorkerInstance(request.getWorkerInstance())),
        answer -> {
          if (answer instanceof Answer.Done) {
            return LeaveResponse.getDefaultInstance();
          }
          throw refusal(answer);
        },
        response);
  }

  private <R> void ask(
      String theirCluster,
      Supplier<Command> command,
      Function<Answer, R> encode,
      StreamObserver<R> response) {
    if (!theirCluster.isEmpty() && !theirCluster.equals(cluster.value())) {
      response.onError(
          Status.FAILED_PRECONDITION
              .withDescription(
                  ("the worker belongs to cluster %s, this head serves cluster %s; start the worker"
                          + " with an empty data folder, or point it to its own head")
                      .formatted(theirCluster, cluster))
              .asRuntimeException());
      return;
    }
    Command asked;
    try {
      asked = command.get();
    } catch (IllegalArgumentException e) {
      response.onError(
          Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
      return;
    }
    var _ =
        gateway
            .submit(asked)
            .thenApply(encode)
            .whenComplete((message, failure) -> {
              if (failure != null) {
                response.onError(statusOf(failure));
                return;
              }
              response.onNext(message);
              response.onCompleted();
            });
  }

  private static StatusRuntimeException refusal(Answer answer) {
    if (answer instanceof Answer.Refused(String message, boolean unknown)) {
      Status status = unknown ? Status.UNAVAILABLE : Status.FAILED_PRECONDITION;
      return status.withDescription(message).asRuntimeException();
    }
    return Status.INTERNAL
        .withDescription("the core gave the wrong kind of answer: " + answer)
        .asRuntimeException();
  }

  /** Refusals keep their status; anything else means that the head stops. */
  private static StatusRuntimeException statusOf(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof StatusRuntimeException refusal) {
        return refusal;
      }
    }
    return Status.UNAVAILABLE.withDescription(failure.getMessage()).asRuntimeException();
  }
}
