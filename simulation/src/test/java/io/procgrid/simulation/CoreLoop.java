package io.procgrid.simulation;

import io.procgrid.common.loop.Core;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The event loop of a simulated process: one event after the other, in their order, sometimes only
 * after a while.
 */
final class CoreLoop<I, O> {
  private static final int LAGS_ONCE_IN = 24;
  private static final long LONGEST_LAG_MILLIS = 30;

  private final World world;
  private final SimulatedProcess process;
  private final String name;
  private final Core<I, O> core;
  private final UnaryOperator<List<O>> seam;
  private final Consumer<O> performer;
  private final Deque<I> queue = new ArrayDeque<>();
  private boolean busy;
  private long tickDue = Core.NO_DEADLINE;

  /**
   * @param name for the trace
   * @param seam what a saboteur makes of the effects of one step
   */
  CoreLoop(
      World world,
      SimulatedProcess process,
      String name,
      Core<I, O> core,
      UnaryOperator<List<O>> seam,
      Consumer<O> performer) {
    this.world = world;
    this.process = process;
    this.name = name;
    this.core = core;
    this.seam = seam;
    this.performer = performer;
    awaitTick();
  }

  void submit(I event) {
    queue.add(event);
    if (busy) {
      return;
    }
    if (world.weather().lags() && world.chance().oneIn(LAGS_ONCE_IN)) {
      busy = true;
      process.later(world.chance().between(1, LONGEST_LAG_MILLIS), this::drain);
    } else {
      drain();
    }
  }

  private void drain() {
    busy = true;
    while (!queue.isEmpty() && !process.hasCrashed()) {
      I event = queue.remove();
      if (world.trace().isOn()) {
        world.trace().add(name, event);
      }
      perform(core.step(world.now(), event));
    }
    busy = false;
    awaitTick();
  }

  private void perform(List<O> effects) {
    for (O effect : seam.apply(effects)) {
      if (world.trace().isOn()) {
        world.trace().add(name, "    " + effect);
      }
      performer.accept(effect);
    }
  }

  private void awaitTick() {
    long deadline = core.nextDeadline();
    if (deadline < tickDue) {
      tickDue = deadline;
      process.later(Math.max(0, deadline - world.now()), () -> tick(deadline));
    }
  }

  private void tick(long due) {
    if (due == tickDue) {
      tickDue = Core.NO_DEADLINE;
    }
    if (busy) {
      // The drain that is due looks at the deadlines again.
      return;
    }
    if (core.nextDeadline() <= world.now()) {
      busy = true;
      perform(core.tick(world.now()));
      drain();
    } else {
      awaitTick();
    }
  }
}
