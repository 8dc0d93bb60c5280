package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.loop.Core;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Times at which segments want a look. None is ever taken back: who is called looks whether there
 * still is something to do.
 */
final class Deadlines {
  private record Deadline(long atMillis, SegmentKey segment) {}

  private final PriorityQueue<Deadline> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Deadline::atMillis).thenComparing(Deadline::segment));

  void add(long atMillis, SegmentKey segment) {
    queue.add(new Deadline(atMillis, segment));
  }

  /** The segments whose time has come, each deadline once. */
  List<SegmentKey> due(long nowMillis) {
    List<SegmentKey> due = new ArrayList<>();
    for (Deadline first = queue.peek();
        first != null && first.atMillis <= nowMillis;
        first = queue.peek()) {
      queue.remove();
      due.add(first.segment);
    }
    return due;
  }

  /** The next one on the core's clock, ms; {@link Core#NO_DEADLINE} for none. */
  long next() {
    Deadline first = queue.peek();
    return first == null ? Core.NO_DEADLINE : first.atMillis;
  }
}
