package io.procgrid.simulation;

import java.util.ArrayList;
import java.util.List;

/** What happened, line by line, when a single seed is replayed; nothing otherwise. */
final class Trace {
  private final boolean on;
  private final Timeline timeline;
  private final List<String> lines = new ArrayList<>();

  Trace(boolean on, Timeline timeline) {
    this.on = on;
    this.timeline = timeline;
  }

  /** Asked before a line is put together, which costs more than the step it tells of. */
  boolean isOn() {
    return on;
  }

  void add(String who, Object what) {
    if (on) {
      lines.add("%8d %-8s %s".formatted(timeline.now(), who, what));
    }
  }

  List<String> lines() {
    return lines;
  }
}
