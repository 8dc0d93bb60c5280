package io.procgrid.worker.core;

import io.procgrid.common.loop.Core;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * The numbered notices of this worker process, kept until the head has handled them, and the one
 * Watch that receives them. Bounded: the oldest are dropped, and the inventory makes up for them.
 */
final class NoticeLog {
  private static final long HEARTBEAT_MILLIS = 1_000;
  private static final long NOBODY = 0;

  private record Numbered(long number, Notice notice) {}

  private final Outbox outbox;
  private final BooleanSupplier degraded;
  private final int capacity;
  private final Deque<Numbered> kept = new ArrayDeque<>();
  private long lastNumber;
  private long watcher = NOBODY;
  private long nextHeartbeat = Core.NO_DEADLINE;

  /**
   * @param degraded whether a kill is blocked now
   * @param capacity notices kept while nobody acknowledges them
   */
  NoticeLog(Outbox outbox, BooleanSupplier degraded, int capacity) {
    this.outbox = outbox;
    this.degraded = degraded;
    this.capacity = capacity;
  }

  boolean isWatched() {
    return watcher != NOBODY;
  }

  void post(Notice notice) {
    if (kept.size() == capacity) {
      kept.removeFirst();
    }
    Numbered numbered = new Numbered(++lastNumber, notice);
    kept.addLast(numbered);
    send(numbered);
  }

  /** The watch that stands so far ends; the new one gets what was not yet acknowledged. */
  void watch(long request, long acknowledged, long nowMillis) {
    if (watcher != NOBODY) {
      outbox.reply(watcher, new Answer.Done());
    }
    watcher = request;
    drop(acknowledged);
    kept.forEach(this::send);
    beat(nowMillis);
  }

  void acknowledge(long request, long number) {
    if (request == watcher) {
      drop(number);
    }
  }

  void withdraw(long request) {
    if (request == watcher) {
      watcher = NOBODY;
      nextHeartbeat = Core.NO_DEADLINE;
    }
  }

  void tick(long nowMillis) {
    if (nowMillis >= nextHeartbeat) {
      beat(nowMillis);
    }
  }

  /** Tells at once that the worker is, or is no longer, fit for new segments. */
  void beat(long nowMillis) {
    if (watcher == NOBODY) {
      return;
    }
    send(new Numbered(lastNumber, new Notice.Heartbeat(degraded.getAsBoolean())));
    nextHeartbeat = nowMillis + HEARTBEAT_MILLIS;
  }

  long nextDeadline() {
    return nextHeartbeat;
  }

  private void send(Numbered numbered) {
    if (watcher != NOBODY) {
      outbox.add(new WorkerEffect.Notify(watcher, numbered.number, numbered.notice));
    }
  }

  private void drop(long acknowledged) {
    for (Numbered first = kept.peekFirst();
        first != null && first.number <= acknowledged;
        first = kept.peekFirst()) {
      kept.removeFirst();
    }
  }
}
