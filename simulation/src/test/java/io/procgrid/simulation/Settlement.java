package io.procgrid.simulation;

import io.procgrid.head.core.Recovered;
import java.util.Map;

/** What must come about once the faults are over. */
final class Settlement {
  private final Cluster cluster;
  private final ModelStore store;
  private final Truth truth;

  Settlement(Cluster cluster, ModelStore store, Truth truth) {
    this.cluster = cluster;
    this.store = store;
    this.truth = truth;
  }

  /**
   * What is not as it must be: every kill proven, every call answered, every run over, or alive
   * where it was placed, or waiting. Empty when all is.
   */
  String unsettled() {
    for (SimulatedHead head : cluster.heads()) {
      if (!head.unanswered().isEmpty()) {
        return "calls without an answer: " + head.unanswered();
      }
    }
    for (WorkerMachine machine : cluster.machines()) {
      if (store.worker(machine.identity()) == null || store.isImporting(machine.identity())) {
        return "what %s holds is not known yet".formatted(machine);
      }
    }
    for (Map.Entry<Long, RunRow> run : store.runs()) {
      RunRow row = run.getValue();
      if (row.isUnfinished()) {
        if (row.intent != null && !dependsOnTheLost(run.getKey(), row)) {
          return "the kill of run %d is not proven".formatted(run.getKey());
        }
        String lost = lost(run.getKey(), row);
        if (!lost.isEmpty()) {
          return lost;
        }
      }
    }
    return strays();
  }

  private String lost(long runId, RunRow row) {
    for (Recovered.Segment segment : row.segments.values()) {
      Place place = row.placeOf(runId, segment);
      if (segment.status() == null
          && place != null
          && cluster.isThere(place.worker())
          && !truth.isAlive(place)) {
        return "segment %s neither lives nor is it over".formatted(place);
      }
    }
    return "";
  }

  /** What is unproven was placed on workers that are no more, and nothing of it lives. */
  private boolean dependsOnTheLost(long runId, RunRow row) {
    boolean depends = false;
    for (Recovered.Segment segment : row.segments.values()) {
      if (segment.status() != null) {
        continue;
      }
      Place place = row.placeOf(runId, segment);
      if (place == null || cluster.isThere(place.worker()) || truth.isAlive(place)) {
        return false;
      }
      depends = true;
    }
    return depends;
  }

  /** Trees whose run does not stand, apart from those that no worker and no head can tell. */
  private String strays() {
    for (WorkerMachine machine : cluster.machines()) {
      for (ProcessTree tree : machine.host().liveTrees()) {
        Place place = tree.requirePlace();
        Recovered.Segment stored = store.standing(place);
        boolean untold =
            !cluster.isThere(place.worker())
                && (store.worker(place.worker()) == null
                    || store.isImporting(place.worker())
                    || store.hasForgotten(place.worker())
                    || store.era() > 0);
        if (!untold && (stored == null || stored.status() != null)) {
          return "segment %s lives on %s, its run does not stand".formatted(place, machine);
        }
      }
    }
    return "";
  }

  /** After the kill of everything: what is still there. */
  String leftOver() {
    String unsettled = unsettled();
    if (!unsettled.isEmpty()) {
      return unsettled;
    }
    for (Map.Entry<Long, RunRow> run : store.runs()) {
      if (!run.getValue().isSettled()) {
        return "run %d is not over, or its output not saved".formatted(run.getKey());
      }
    }
    for (WorkerMachine machine : cluster.machines()) {
      if (!machine.unforgotten().isEmpty()) {
        return "%s has not forgotten %s".formatted(machine, machine.unforgotten());
      }
      if (machine.host().harmedForeigners()) {
        throw new AssertionError("a process of %s that is none of ours died".formatted(machine));
      }
    }
    return "";
  }
}
