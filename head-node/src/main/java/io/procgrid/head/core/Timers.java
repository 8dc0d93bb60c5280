package io.procgrid.head.core;

import io.procgrid.common.loop.Core;
import java.util.Comparator;
import java.util.TreeSet;

/** What is to happen at a time of the core's clock. Equal times fire in the order they were set. */
final class Timers {
  /** One of them. */
  record Timer(long atMillis, long order, Runnable action) {}

  private final TreeSet<Timer> queue =
      new TreeSet<>(Comparator.comparingLong(Timer::atMillis).thenComparingLong(Timer::order));
  private long order;

  Timer at(long atMillis, Runnable action) {
    Timer timer = new Timer(atMillis, order++, action);
    queue.add(timer);
    return timer;
  }

  /** Harmless when it has fired. */
  void cancel(Timer timer) {
    queue.remove(timer);
  }

  /** Runs what is due. */
  void fire(long nowMillis) {
    while (!queue.isEmpty() && queue.first().atMillis <= nowMillis) {
      queue.pollFirst().action.run();
    }
  }

  long next() {
    return queue.isEmpty() ? Core.NO_DEADLINE : queue.first().atMillis;
  }
}
