package io.procgrid.head.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Test;

/** Seeds replay exactly: {@code -Dprocgrid.seed=N} runs one and prints what happened. */
class HeadCorePropertyTest {
  private static final int STEPS = 600;
  private static final int SEEDS = Integer.getInteger("procgrid.seeds", 300);

  @Test
  void killedStaysDeadWhateverCrashesAndGetsLost() {
    Long only = Long.getLong("procgrid.seed");
    long first = only == null ? System.nanoTime() : only;
    int count = only == null ? SEEDS : 1;
    for (long seed = first; seed < first + count; seed++) {
      SimulatedCluster cluster = new SimulatedCluster(seed, 3);
      Throwable failure = catchThrowable(() -> cluster.run(STEPS));
      if (only != null) {
        cluster.trace.forEach(System.out::println);
      }
      assertThat(failure).as("replay with -Dprocgrid.seed=%d", seed).isNull();
    }
  }
}
