package io.procgrid.it;

import java.util.ArrayList;
import java.util.List;

/** Times of one kind, measured again and again; in nanoseconds. */
final class Figure {
  private final String name;
  private final List<Long> nanos = new ArrayList<>();

  Figure(String name) {
    this.name = name;
  }

  void add(long elapsedNanos) {
    nanos.add(elapsedNanos);
  }

  double medianMillis() {
    return quantileMillis(0.5);
  }

  /** Name, median, p99 and the ratio of the median to another figure's. */
  String row(Figure limit) {
    return "%-44s %8.3f ms %8.3f ms %8.1f x"
        .formatted(
            name, medianMillis(), quantileMillis(0.99), medianMillis() / limit.medianMillis());
  }

  private double quantileMillis(double share) {
    List<Long> sorted = nanos.stream().sorted().toList();
    return sorted.get((int) Math.min(sorted.size() - 1L, (long) (share * sorted.size()))) / 1e6;
  }
}
