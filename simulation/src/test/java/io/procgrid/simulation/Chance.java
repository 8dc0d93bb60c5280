package io.procgrid.simulation;

import java.util.List;
import java.util.SplittableRandom;

/** All randomness of one history, from its seed. */
final class Chance {
  private final SplittableRandom random;

  Chance(long seed) {
    random = new SplittableRandom(seed);
  }

  /** 0 … bound - 1. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** Both ends included. */
  long between(long low, long high) {
    return low + random.nextLong(high - low + 1);
  }

  boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  boolean perMille(int share) {
    return share > 0 && random.nextInt(1_000) < share;
  }

  <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
