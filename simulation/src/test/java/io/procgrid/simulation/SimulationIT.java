package io.procgrid.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.Resources;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kill contract holds whatever is lost, late, slow, full or dead. {@code -Dprocgrid.seed=N}
 * plays that history alone and prints what happens in it; {@code -Dprocgrid.simulation.seconds=N}
 * plays fresh ones for so long.
 *
 * <p>Fresh histories have seeds below 0: in all of their time they play what no operator has a hand
 * in. Those whose store is set back to a backup are {@link LongSimulation}'s, and among the seeds
 * that failed.
 */
class SimulationIT {
  private static final long SECONDS = Long.getLong("procgrid.simulation.seconds", 60);

  @Test
  @DisabledIfSystemProperty(named = "procgrid.seed", matches = ".+")
  void killContractHoldsInFreshHistories() {
    Simulation simulation = Simulation.from(-System.currentTimeMillis());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    simulation.playWhile(() -> System.nanoTime() < end, progress -> {});
    System.out.println(simulation);
    assertThat(simulation.steps()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("seedsThatFailed")
  @DisabledIfSystemProperty(named = "procgrid.seed", matches = ".+")
  void killContractHoldsWhereItOnceDidNot(long seed) {
    assertThat(Simulation.play(seed).steps).isPositive();
  }

  /** One a line; what comes behind # says what it found. */
  static LongStream seedsThatFailed() throws IOException {
    return Resources.readLines(Resources.getResource("seeds-that-failed.txt"), UTF_8).stream()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .mapToLong(Long::parseLong);
  }

  @Test
  @EnabledIfSystemProperty(named = "procgrid.seed", matches = ".+")
  void replays() {
    History history = new History(Long.getLong("procgrid.seed", 0), Sabotage.NONE, true);
    try {
      history.play();
    } finally {
      history.trace().forEach(System.out::println);
      System.out.println(history.tally());
    }
    assertThat(history.tally().steps).isPositive();
  }
}
