package io.procgrid.simulation;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Histories one after the other, as many as there is time for. */
final class Simulation {
  private final long first;
  private final boolean bothKinds;
  private final Tally tally = new Tally();
  private long nanos;

  private Simulation(long first, boolean bothKinds) {
    this.first = first;
    this.bothKinds = bothKinds;
  }

  /** Those of consecutive seeds. */
  static Simulation from(long seed) {
    return new Simulation(seed, false);
  }

  /** Fresh ones, in turn of the kind that may set the store back and of the one that never does. */
  static Simulation fresh() {
    return new Simulation(System.currentTimeMillis(), true);
  }

  private long seed(long index) {
    if (!bothKinds) {
      return first + index;
    }
    long seed = first + index / 2;
    return index % 2 == 0 ? seed : -seed;
  }

  /**
   * Plays one history after the other.
   *
   * @param progress told what it amounts to, after each
   */
  void playWhile(BooleanSupplier more, Consumer<Simulation> progress) {
    long begin = System.nanoTime() - nanos;
    while (more.getAsBoolean()) {
      tally.add(play(seed(tally.seeds)));
      nanos = System.nanoTime() - begin;
      progress.accept(this);
    }
  }

  /** Plays one history and returns what it amounted to; a failure tells how to see it again. */
  static Tally play(long seed) {
    History history = new History(seed, Sabotage.NONE, false);
    try {
      history.play();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("replay with -Dprocgrid.seed=%d: %s".formatted(seed, e), e);
    }
    return history.tally();
  }

  long steps() {
    return tally.steps;
  }

  @Override
  public String toString() {
    return "seeds %s … %s: %s; %,.0f steps/s"
        .formatted(
            bothKinds ? "±" + first : first,
            seed(tally.seeds - 1),
            tally,
            tally.steps * 1e9 / Math.max(1, nanos));
  }
}
