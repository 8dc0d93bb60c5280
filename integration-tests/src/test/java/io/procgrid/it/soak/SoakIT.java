package io.procgrid.it.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A minute of it; the long forms are {@code scripts/soak.sh}. */
class SoakIT {
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void clusterThatIsKilledPausedAndPartedKeepsItsWord() throws Exception {
    SoakReport report = Soak.run(SoakPlan.lasting(Duration.ofMinutes(1)), System.out);
    report.print(System.out);
    assertThat(report.findings()).isEmpty();
    assertThat(report.killed()).isPositive();
  }
}
