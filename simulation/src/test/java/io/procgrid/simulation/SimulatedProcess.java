package io.procgrid.simulation;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One process of the cluster's software, from its start to its crash. What happens to it while it
 * is paused waits, in its order; what happens after its crash does not reach it.
 */
final class SimulatedProcess {
  private final Timeline timeline;
  private final Deque<Runnable> held = new ArrayDeque<>();
  private boolean paused;
  private boolean crashed;

  SimulatedProcess(Timeline timeline) {
    this.timeline = timeline;
  }

  boolean isRunning() {
    return !crashed && !paused;
  }

  boolean hasCrashed() {
    return crashed;
  }

  /** Does something in so many ms of virtual time. */
  void later(long millis, Runnable action) {
    timeline.after(millis, () -> reach(action));
  }

  /** Does something as soon as the process goes on. */
  void reach(Runnable action) {
    if (crashed) {
      return;
    }
    if (paused) {
      held.add(action);
    } else {
      action.run();
    }
  }

  void pause() {
    paused = true;
  }

  void goOn() {
    paused = false;
    while (isRunning() && !held.isEmpty()) {
      held.remove().run();
    }
  }

  void crash() {
    crashed = true;
    held.clear();
  }
}
