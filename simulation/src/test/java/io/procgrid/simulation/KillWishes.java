package io.procgrid.simulation;

import io.procgrid.head.core.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whose death anybody has asked for: nobody else may die by a kill. */
final class KillWishes {
  private final List<Selector> open = new ArrayList<>();
  private final Map<Selector, Long> latest = new HashMap<>();

  /** A call begins: it may cover what comes to be until it is answered. */
  void begin(Selector selector) {
    open.add(selector);
  }

  /** The call was answered, or never will be. */
  void end(Selector selector, long nowMillis) {
    if (open.remove(selector)) {
      latest.put(selector, nowMillis);
    }
  }

  boolean cover(long runId, RunRow row) {
    for (Selector selector : open) {
      if (matches(selector, runId, row)) {
        return true;
      }
    }
    for (Map.Entry<Selector, Long> wish : latest.entrySet()) {
      if (wish.getValue() >= row.createdAtMillis && matches(wish.getKey(), runId, row)) {
        return true;
      }
    }
    return false;
  }

  /** A selection by worker counts as one of everything. */
  static boolean matches(Selector selector, long runId, RunRow row) {
    return (selector.runId() == null || selector.runId() == runId)
        && (selector.runTag().isEmpty() || selector.runTag().equals(row.request.runTag()))
        && (selector.procName().isEmpty() || selector.procName().equals(row.proc.name()));
  }
}
