package io.procgrid.simulation;

/** What everything in one history shares. */
final class World {
  private final Chance chance;
  private final Timeline timeline = new Timeline();
  private final Trace trace;
  private final Tally tally = new Tally();
  private final Sabotage sabotage;
  private Weather weather;

  /**
   * @param seed below 0: as its history, but stores are never set back
   */
  World(long seed, Sabotage sabotage, boolean traced) {
    this.chance = new Chance(seed);
    this.sabotage = sabotage;
    this.trace = new Trace(traced, timeline);
    Weather drawn = Weather.draw(chance);
    this.weather = seed < 0 ? drawn.withoutRestores() : drawn;
  }

  Chance chance() {
    return chance;
  }

  Timeline timeline() {
    return timeline;
  }

  long now() {
    return timeline.now();
  }

  Trace trace() {
    return trace;
  }

  Tally tally() {
    return tally;
  }

  Sabotage sabotage() {
    return sabotage;
  }

  Weather weather() {
    return weather;
  }

  /** From now on nothing goes wrong any more. */
  void calm() {
    weather = Weather.CALM;
  }

  /** Counts a fault of that share, and tells whether it happens. */
  boolean strikes(int perMille, Fault fault) {
    if (!chance.perMille(perMille)) {
      return false;
    }
    tally.met(fault);
    return true;
  }

  /** What a disk takes, ms. */
  long diskMillis() {
    return chance.between(0, weather.diskMillis());
  }
}
