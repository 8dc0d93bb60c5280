package io.procgrid.worker.core;

import io.procgrid.common.loop.Core;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

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
  private final Predicate<Notice> current;
  private final int capacity;
  private final Deque<Numbered> kept = new ArrayDeque<>();
  private long lastNumber;
  private long watcher = NOBODY;
  private long nextHeartbeat = Core.NO_DEADLINE;

  /**
   * @param degraded whether a kill is blocked now
   * @param current whether a notice still tells of what the journal holds
   * @param capacity notices kept while nobody acknowledges them
   */
  NoticeLog(Outbox outbox, BooleanSupplier degraded, Predicate<Notice> current, int capacity) {
    this.outbox = outbox;
    this.degraded = degraded;
    this.current = current;
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

  /**
   * The watch that stands so far ends; the new one gets what was not yet acknowledged and still is
   * so: the name of a segment that was forgotten may stand for another one by now.
   */
  void watch(long request, long acknowledged, long nowMillis) {
    if (watcher != NOBODY) {
      outbox.reply(watcher, new Answer.Done());
    }
    watcher = request;
    drop(acknowledged);
    dropOutdated();
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

  /** A watch takes the first number as it comes, and counts on all that follow. */
  private void dropOutdated() {
    List<Notice> left = kept.stream().map(Numbered::notice).filter(current).toList();
    long number = lastNumber - left.size();
    kept.clear();
    for (Notice notice : left) {
      kept.addLast(new Numbered(++number, notice));
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
