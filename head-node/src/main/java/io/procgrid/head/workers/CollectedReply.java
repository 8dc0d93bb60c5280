package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Gathers the messages of an answer, one or many, translates each as it comes, and hands them on as
 * a whole. A message that cannot be translated fails the call.
 */
final class CollectedReply<M, T> implements StreamObserver<M> {
  private final Function<M, T> decode;
  private final Consumer<ImmutableList<T>> done;
  private final Consumer<Status> failed;
  private final ImmutableList.Builder<T> messages = ImmutableList.builder();

  CollectedReply(Function<M, T> decode, Consumer<ImmutableList<T>> done, Consumer<Status> failed) {
    this.decode = decode;
    this.done = done;
    this.failed = failed;
  }

  @Override
  public void onNext(M message) {
    messages.add(decode.apply(message));
  }

  @Override
  public void onError(Throwable failure) {
    failed.accept(Status.fromThrowable(failure));
  }

  @Override
  public void onCompleted() {
    done.accept(messages.build());
  }
}
