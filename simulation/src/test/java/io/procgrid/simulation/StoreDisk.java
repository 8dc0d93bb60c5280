package io.procgrid.simulation;

import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Mutation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The way of one head's mutations into the store: in the order of tickets, slow at times, refused
 * at times. A crash leaves any prefix of what was on its way.
 */
final class StoreDisk {
  private static final long LATE_MILLIS = 200;

  private final World world;
  private final SimulatedProcess process;
  private final ModelStore store;
  private final HeadPromises promises;
  private final Consumer<HeadEvent> events;
  private final Deque<HeadEffect.Persist> queue = new ArrayDeque<>();

  /** Until then a sabotaged store says that it has what it will have only later. */
  private long lateUntilMillis;

  StoreDisk(
      World world,
      SimulatedProcess process,
      ModelStore store,
      HeadPromises promises,
      Consumer<HeadEvent> events) {
    this.world = world;
    this.process = process;
    this.store = store;
    this.promises = promises;
    this.events = events;
  }

  void submit(HeadEffect.Persist persist) {
    queue.add(persist);
    if (queue.size() == 1) {
      process.later(world.diskMillis(), this::commit);
    }
  }

  /** All that gathered, in one go; what comes meanwhile makes up the next. */
  private void commit() {
    Deque<HeadEffect.Persist> group = new ArrayDeque<>(queue);
    queue.clear();
    for (HeadEffect.Persist persist : group) {
      events.accept(write(persist));
    }
  }

  private HeadEvent write(HeadEffect.Persist persist) {
    if (world.strikes(world.weather().storeFailures(), Fault.STORE_FAILED)) {
      return new HeadEvent.StoreFailed(persist.ticket(), "disk full");
    }
    if (persist.mutations().stream().anyMatch(world.sabotage()::isStoredLate)) {
      lateUntilMillis = world.now() + LATE_MILLIS;
    }
    if (lateUntilMillis > world.now()) {
      long wait = lateUntilMillis - world.now();
      world.timeline().after(wait, () -> persist.mutations().forEach(this::write));
      return new HeadEvent.Stored(persist.ticket());
    }
    String objection = store.objection(persist.mutations());
    if (!objection.isEmpty()) {
      return new HeadEvent.StoreFailed(persist.ticket(), objection);
    }
    persist.mutations().forEach(this::write);
    return new HeadEvent.Stored(persist.ticket());
  }

  private void write(Mutation mutation) {
    if (world.sabotage().isStored(mutation)) {
      apply(mutation);
    }
  }

  private void apply(Mutation mutation) {
    promises.storing(mutation);
    store.apply(mutation);
  }

  /** What was on its way may have arrived, in order. */
  void crash() {
    while (!queue.isEmpty() && world.chance().oneIn(2)) {
      HeadEffect.Persist persist = queue.remove();
      if (!store.objection(persist.mutations()).isEmpty()) {
        return;
      }
      persist.mutations().forEach(this::write);
    }
  }
}
