package io.procgrid.head.workers;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.procgrid.head.store.BundleArchive;
import io.procgrid.proto.v1.BundleHeader;
import io.procgrid.proto.v1.PutBundleRequest;
import io.procgrid.proto.v1.PutBundleResponse;
import io.procgrid.proto.v1.WorkerGrpc;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Brings the files of a proc to a worker: read from the store elsewhere, then written chunk by
 * chunk, only as fast as the connection takes them.
 */
final class BundleUpload implements ClientResponseObserver<PutBundleRequest, PutBundleResponse> {
  private static final int CHUNK_BYTES = 512 * 1024;

  private final Connection connection;
  private final BundleArchive bundles;
  private final String hash;
  private final CompletableFuture<Boolean> delivered = new CompletableFuture<>();
  private @Nullable ClientCallStreamObserver<PutBundleRequest> requests;
  private byte[] archive = {};
  private int sent;
  private boolean headerSent;
  private boolean complete;

  BundleUpload(Connection connection, BundleArchive bundles, String hash) {
    this.connection = connection;
    this.bundles = bundles;
    this.hash = hash;
  }

  /**
   * Begins; called once.
   *
   * @param reading where the store may block
   * @return true when the worker holds the files, or a {@link CallFailure}; completed on the link's
   *     executor
   */
  CompletableFuture<Boolean> send(WorkerGrpc.WorkerStub stub, Executor reading) {
    reading.execute(() -> {
      try {
        Optional<byte[]> read = bundles.read(hash);
        connection.serial().execute(() -> begin(stub, read));
      } catch (RuntimeException e) {
        connection
            .serial()
            .execute(
                () -> fail("the files %s cannot be read from the store: %s".formatted(hash, e)));
      }
    });
    return delivered;
  }

  private void begin(WorkerGrpc.WorkerStub stub, Optional<byte[]> read) {
    if (delivered.isDone()) {
      return;
    }
    if (read.isEmpty()) {
      fail("the store does not hold the files %s".formatted(hash));
      return;
    }
    archive = read.get();
    stub.putBundle(this);
  }

  private void fail(String reason) {
    delivered.completeExceptionally(new CallFailure(reason));
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<PutBundleRequest> stream) {
    requests = stream;
    stream.setOnReadyHandler(this::sendWhatFits);
  }

  private void sendWhatFits() {
    ClientCallStreamObserver<PutBundleRequest> stream = requests;
    if (stream == null) {
      return;
    }
    while (!complete && stream.isReady()) {
      stream.onNext(next());
      if (sent == archive.length) {
        complete = true;
        stream.onCompleted();
      }
    }
  }

  private PutBundleRequest next() {
    if (!headerSent) {
      headerSent = true;
      return PutBundleRequest.newBuilder()
          .setHeader(BundleHeader.newBuilder().setTo(connection.address()).setHash(hash))
          .build();
    }
    int length = Math.min(CHUNK_BYTES, archive.length - sent);
    PutBundleRequest chunk =
        PutBundleRequest.newBuilder()
            .setContent(UnsafeByteOperations.unsafeWrap(archive, sent, length))
            .build();
    sent += length;
    return chunk;
  }

  @Override
  public void onNext(PutBundleResponse response) {
    // Empty: what counts is that the call ends well.
  }

  @Override
  public void onError(Throwable failure) {
    fail(CallFailure.describe(connection.worker(), Status.fromThrowable(failure)));
  }

  @Override
  public void onCompleted() {
    delivered.complete(true);
  }
}
