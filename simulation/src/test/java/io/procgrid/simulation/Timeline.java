package io.procgrid.simulation;

import java.util.PriorityQueue;

/**
 * Virtual time. Everything that happens is an action on it, one step each: a message that arrives,
 * a disk that answers, a process that ends, a timer, a fault. Most give one event to one core.
 */
final class Timeline {
  private static final class Entry implements Comparable<Entry> {
    final long atMillis;
    final long order;
    final Runnable action;

    Entry(long atMillis, long order, Runnable action) {
      this.atMillis = atMillis;
      this.order = order;
      this.action = action;
    }

    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long nowMillis = 1;
  private long scheduled;
  private long steps;

  long now() {
    return nowMillis;
  }

  /** Actions carried out so far. */
  long steps() {
    return steps;
  }

  void after(long millis, Runnable action) {
    entries.add(new Entry(nowMillis + millis, scheduled++, action));
  }

  /** Carries out the next action. */
  void step() {
    Entry next = entries.remove();
    nowMillis = next.atMillis;
    steps++;
    next.action.run();
  }
}
