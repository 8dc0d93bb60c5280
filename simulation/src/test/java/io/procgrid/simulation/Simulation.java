package io.procgrid.simulation;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Histories from consecutive seeds, as many as there is time for. */
final class Simulation {
  private final long firstSeed;
  private final Tally tally = new Tally();
  private long nextSeed;
  private long nanos;

  Simulation(long firstSeed) {
    this.firstSeed = firstSeed;
    this.nextSeed = firstSeed;
  }

  /**
   * Plays one history after the other.
   *
   * @param progress told what it amounts to, after each
   */
  void playWhile(BooleanSupplier more, Consumer<Simulation> progress) {
    long begin = System.nanoTime() - nanos;
    while (more.getAsBoolean()) {
      tally.add(play(nextSeed++));
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
    return "seeds %d … %d: %s; %,.0f steps/s"
        .formatted(firstSeed, nextSeed - 1, tally, tally.steps * 1e9 / Math.max(1, nanos));
  }
}
