package io.procgrid.worker.rpc;

import com.google.protobuf.ByteString;
import io.procgrid.proto.v1.OutputChunk;
import io.procgrid.worker.journal.SegmentFolder;
import io.procgrid.worker.output.OutputTail;
import java.io.IOException;
import java.nio.file.Path;

/** Streams the latest lines of a segment in chunks that stay well below a message's limit. */
final class OutputSending {
  private static final int CHUNK_BYTES = 256 * 1024;

  private final ReadySender<OutputChunk> sender;

  OutputSending(ReadySender<OutputChunk> sender) {
    this.sender = sender;
  }

  void send(SegmentFolder folder, int maxLines) throws IOException, InterruptedException {
    if (send(folder.stdout(), false, maxLines) && send(folder.stderr(), true, maxLines)) {
      sender.complete();
    }
  }

  private boolean send(Path file, boolean stderr, int maxLines)
      throws IOException, InterruptedException {
    OutputChunk.Builder chunk = OutputChunk.newBuilder().setStderr(stderr);
    int bytes = 0;
    for (byte[] line : OutputTail.read(file, maxLines)) {
      if (bytes > 0 && bytes + line.length > CHUNK_BYTES) {
        if (!sender.send(chunk.build())) {
          return false;
        }
        chunk.clearLines();
        bytes = 0;
      }
      chunk.addLines(ByteString.copyFrom(line));
      // An empty line takes a few bytes as well.
      bytes += line.length + 8;
    }
    return chunk.getLinesCount() == 0 || sender.send(chunk.build());
  }
}
