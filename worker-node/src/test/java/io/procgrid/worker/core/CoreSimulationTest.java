package io.procgrid.worker.core;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guarantees that hold whatever happens in whatever order; see {@link CoreSimulation}. */
class CoreSimulationTest {
  private static final int SEEDS = 250;
  private static final int STEPS = 300;

  /** A failure names its seed: {@code new CoreSimulation(seed).play(STEPS)} plays it again. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3})
  void killedNeverRunsAgainAndNothingRunsTwice(long block) {
    for (long seed = block * SEEDS; seed < (block + 1) * SEEDS; seed++) {
      try {
        new CoreSimulation(seed).play(STEPS);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }
}
