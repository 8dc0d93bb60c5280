package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.Descriptor;
import io.procgrid.worker.process.linux.Epoll;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices the end of all watched processes with one thread. */
final class ExitWatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ExitWatcher.class);
  private static final long STOP = 0;

  private final Executor executor;
  private final Epoll epoll;
  private final Descriptor.Pipe stop;
  private final Map<Long, WatchedProcess> watched = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong(STOP);
  private final Thread thread;

  /**
   * Starts watching.
   *
   * @param executor where those who wait for an exit go on; the watching thread never runs them
   */
  ExitWatcher(Executor executor) throws SystemCallException {
    this.executor = executor;
    epoll = new Epoll();
    stop = Descriptor.pipe();
    epoll.add(stop.reader(), STOP);
    thread = Thread.ofPlatform().name("exit-watcher").daemon().start(this::run);
  }

  /** Completes the process's exit when it is over. */
  void watch(WatchedProcess process) throws SystemCallException {
    long token = tokens.incrementAndGet();
    watched.put(token, process);
    try {
      process.watch(pidfd -> epoll.add(pidfd, token));
    } catch (SystemCallException e) {
      watched.remove(token);
      throw e;
    }
    // A kill may see the end first and close the pidfd: then no event comes.
    CompletableFuture<?> _ =
        process.exit().whenComplete((status, failure) -> watched.remove(token));
  }

  private void run() {
    try {
      while (true) {
        for (long token : epoll.await()) {
          if (token == STOP) {
            return;
          }
          WatchedProcess process = watched.get(token);
          if (process != null) {
            process.settle(executor);
          }
        }
      }
    } catch (SystemCallException e) {
      log.error("exits of processes are not noticed any more; restart the worker", e);
    } finally {
      epoll.close();
      stop.close();
    }
  }

  @Override
  public void close() {
    try {
      stop.writer().write("\n".getBytes(StandardCharsets.US_ASCII));
      thread.join();
    } catch (SystemCallException e) {
      log.debug("the exit watcher had ended already", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
