package io.procgrid.head.api;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Carries out what keeps a processor busy: database reads, large bodies, archives. Virtual threads
 * are not time-sliced, and a native read holds its carrier: two such requests could stop all others
 * on a small machine. Here they share a few platform threads, and only their own callers wait.
 */
public final class BulkWork implements AutoCloseable {
  private final ExecutorService threads;

  /**
   * @param threadCount how many go on at once
   */
  public BulkWork(int threadCount) {
    threads =
        Executors.newFixedThreadPool(
            threadCount,
            new ThreadFactoryBuilder().setNameFormat("rest-bulk-%d").setDaemon(true).build());
  }

  /** Runs the work and waits for its result; what it throws is thrown here. */
  public <T> T call(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, threads).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Lets what is queued finish; new work is rejected. */
  @Override
  public void close() {
    threads.close();
  }
}
