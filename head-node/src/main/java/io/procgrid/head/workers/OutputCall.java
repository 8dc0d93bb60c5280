package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.proto.v1.OutputChunk;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/** One ReadOutput stream: gathers the latest lines of both streams as text. */
final class OutputCall implements StreamObserver<OutputChunk> {
  /** Bytes kept of each stream, the latest: so many long lines would fill the head's heap. */
  static final int MOST_BYTES = 16 << 20;

  private final String worker;
  private final Lines stdout;
  private final Lines stderr;
  private final CompletableFuture<SegmentOutput> output = new CompletableFuture<>();

  OutputCall(String worker, int maxLines) {
    this.worker = worker;
    this.stdout = new Lines(maxLines);
    this.stderr = new Lines(maxLines);
  }

  /** Completed with the lines, or a {@link CallFailure}. */
  CompletableFuture<SegmentOutput> output() {
    return output;
  }

  @Override
  public void onNext(OutputChunk chunk) {
    Lines lines = chunk.getStderr() ? stderr : stdout;
    chunk.getLinesList().forEach(lines::add);
  }

  @Override
  public void onError(Throwable failure) {
    output.completeExceptionally(
        new CallFailure(CallFailure.describe(worker, Status.fromThrowable(failure))));
  }

  @Override
  public void onCompleted() {
    output.complete(new SegmentOutput(stdout.text(), stderr.text()));
  }

  /** The latest lines of one stream. */
  private static final class Lines {
    private final int most;
    private final ArrayDeque<ByteString> lines = new ArrayDeque<>();
    private long bytes;

    Lines(int most) {
      this.most = most;
    }

    void add(ByteString line) {
      lines.addLast(line);
      bytes += line.size();
      while (lines.size() > most || bytes > MOST_BYTES) {
        bytes -= lines.removeFirst().size();
      }
    }

    /** Bad UTF-8 becomes U+FFFD. */
    ImmutableList<String> text() {
      return lines.stream().map(ByteString::toStringUtf8).collect(ImmutableList.toImmutableList());
    }
  }
}
