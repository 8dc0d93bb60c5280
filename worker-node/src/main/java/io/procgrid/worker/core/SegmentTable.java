package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The segments that the journal holds, the incarnations of each segment of a run side by side. */
final class SegmentTable {
  private static final Comparator<SegmentKey> INCARNATIONS_TOGETHER =
      Comparator.comparingLong(SegmentKey::runId)
          .thenComparingInt(SegmentKey::segment)
          .thenComparingInt(SegmentKey::incarnation);

  private final TreeMap<SegmentKey, Segment> segments = new TreeMap<>(INCARNATIONS_TOGETHER);

  @Nullable Segment get(SegmentKey key) {
    return segments.get(key);
  }

  void add(Segment segment) {
    segments.put(segment.key, segment);
  }

  void remove(SegmentKey key) {
    segments.remove(key);
  }

  Collection<Segment> all() {
    return segments.values();
  }

  /** The earlier incarnations of a segment that are not over. */
  List<Segment> earlierLive(SegmentKey key) {
    SegmentKey first = new SegmentKey(key.runId(), 1, key.segment());
    return segments.subMap(first, key).values().stream().filter(s -> !s.isOver()).toList();
  }

  /** The later incarnations of a segment. */
  Collection<Segment> later(SegmentKey key) {
    SegmentKey last = new SegmentKey(key.runId(), Integer.MAX_VALUE, key.segment());
    return segments.subMap(key, false, last, true).values();
  }
}
