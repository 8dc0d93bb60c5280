package io.procgrid.worker.process;

import java.util.concurrent.TimeUnit;

/** Pauses that grow, from where a proof is a matter of microseconds to where it may never come. */
final class Backoff {
  private static final double GROWTH = 1.5;

  private final long longestNanos;
  private long nextNanos;

  /** Pauses from the first to the longest, in ns. */
  Backoff(long firstNanos, long longestNanos) {
    this.nextNanos = firstNanos;
    this.longestNanos = longestNanos;
  }

  /** Pauses, and makes the next pause longer. */
  void pause() throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(nextNanos);
    nextNanos = Math.min(longestNanos, (long) (nextNanos * GROWTH));
  }
}
