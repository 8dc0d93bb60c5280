package io.procgrid.head.workers;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.head.core.SegmentOutput;
import java.util.concurrent.CompletableFuture;

/** Reads the output of segments whose output is still at their worker. */
public interface OutputReader {
  /**
   * The latest lines of both streams.
   *
   * @param maxLines at most so many of each
   * @return completed exceptionally, with a message for the user, when the worker cannot be
   *     reached, does not answer in a few seconds or no longer has the segment
   */
  CompletableFuture<SegmentOutput> read(WorkerIdentity worker, SegmentKey segment, int maxLines);
}
