package io.procgrid.common.id;

import java.util.Comparator;

/**
 * Name of one process tree in the cluster.
 *
 * @param runId 1 or more
 * @param incarnation 1 for the first execution; an auto-start entry runs again as the next
 *     incarnation
 * @param segment 0 … count - 1 within the run
 */
public record SegmentKey(long runId, int incarnation, int segment)
    implements Comparable<SegmentKey> {
  private static final Comparator<SegmentKey> ORDER =
      Comparator.comparingLong(SegmentKey::runId)
          .thenComparingInt(SegmentKey::incarnation)
          .thenComparingInt(SegmentKey::segment);

  public SegmentKey {
    if (runId < 1 || incarnation < 1 || segment < 0) {
      throw new IllegalArgumentException(
          "segment key %d-%d-%d".formatted(runId, incarnation, segment));
    }
  }

  @Override
  public int compareTo(SegmentKey other) {
    return ORDER.compare(this, other);
  }

  /** {@code run-incarnation-segment}: how the segment is named in files and logs. */
  @Override
  public String toString() {
    return runId + "-" + incarnation + "-" + segment;
  }
}
