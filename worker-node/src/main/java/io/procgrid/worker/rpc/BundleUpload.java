package io.procgrid.worker.rpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.procgrid.proto.v1.BundleHeader;
import io.procgrid.proto.v1.PutBundleRequest;
import io.procgrid.proto.v1.PutBundleResponse;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.engine.WorkerEngine;
import io.procgrid.worker.journal.BundleStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Receives the files of a proc. Blocks: it is called on a virtual thread. */
final class BundleUpload implements StreamObserver<PutBundleRequest> {
  private static final Logger log = LoggerFactory.getLogger(BundleUpload.class);

  private final WorkerEngine engine;
  private final BundleStore bundles;
  private final StreamObserver<PutBundleResponse> observer;
  private String hash = "";
  private BundleStore.@Nullable Upload upload;
  private boolean failed;

  BundleUpload(
      WorkerEngine engine, BundleStore bundles, StreamObserver<PutBundleResponse> observer) {
    this.engine = engine;
    this.bundles = bundles;
    this.observer = observer;
  }

  @Override
  public void onNext(PutBundleRequest message) {
    if (failed) {
      return;
    }
    try {
      switch (message.getPartCase()) {
        case HEADER -> begin(message.getHeader());
        case CONTENT -> content(message.getContent().toByteArray());
        case PART_NOT_SET -> throw new IllegalArgumentException("PutBundle part without content");
      }
    } catch (IllegalArgumentException e) {
      fail(Refusals.malformed(e));
    } catch (IOException e) {
      fail(unstored(e));
    }
  }

  private void begin(BundleHeader header) throws IOException {
    if (upload != null) {
      throw new IllegalArgumentException("a second header");
    }
    Answer answer = engine.ask(new Command.Admit(Messages.decode(header.getTo()), null)).join();
    if (!(answer instanceof Answer.Done)) {
      fail(Refusals.of(answer));
      return;
    }
    hash = header.getHash();
    upload = bundles.receive(hash);
  }

  private void content(byte[] bytes) throws IOException {
    if (upload == null) {
      throw new IllegalArgumentException("content before the header");
    }
    upload.write(bytes);
  }

  @Override
  public void onError(Throwable cause) {
    release();
  }

  @Override
  public void onCompleted() {
    if (failed) {
      return;
    }
    if (upload == null) {
      fail(Refusals.malformed(new IllegalArgumentException("no header")));
      return;
    }
    try {
      upload.finish();
    } catch (IOException e) {
      fail(unstored(e));
      return;
    }
    release();
    engine.bundleStored(hash);
    observer.onNext(PutBundleResponse.getDefaultInstance());
    observer.onCompleted();
  }

  private RuntimeException unstored(IOException cause) {
    return Status.RESOURCE_EXHAUSTED
        .withDescription("bundle %s cannot be stored: %s".formatted(hash, cause.getMessage()))
        .withCause(cause)
        .asRuntimeException();
  }

  private void fail(RuntimeException cause) {
    failed = true;
    release();
    observer.onError(cause);
  }

  private void release() {
    if (upload == null) {
      return;
    }
    try {
      upload.close();
    } catch (IOException e) {
      log.warn("an unfinished upload of bundle {} cannot be removed", hash, e);
    }
    upload = null;
  }
}
