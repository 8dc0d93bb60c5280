package io.procgrid.it.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The options of the soak. */
class SoakPlanTest {
  @Test
  void optionsAreRead() {
    SoakPlan plan =
        SoakPlan.parse(
            List.of(
                "--minutes",
                "30",
                "--seed",
                "-7",
                "--clients",
                "3",
                "--grace",
                "--processes",
                "200",
                "--fault-seconds",
                "9"));
    assertThat(plan)
        .isEqualTo(
            new SoakPlan(Duration.ofMinutes(30), 4, 3, 200, Duration.ofSeconds(9), true, -7));
  }

  @Test
  void fiveMinutesUnlessTold() {
    assertThat(SoakPlan.parse(List.of()).duration()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void whatMakesNoSenseIsRefusedWithItsName() {
    assertThatThrownBy(() -> SoakPlan.parse(List.of("--minutes", "0")))
        .hasMessageContaining("--minutes: '0'");
    assertThatThrownBy(() -> SoakPlan.parse(List.of("--processes", "9")))
        .hasMessageContaining("from 100");
    assertThatThrownBy(() -> SoakPlan.parse(List.of("--minuts", "5")))
        .hasMessageContaining("unknown option");
    assertThatThrownBy(() -> SoakPlan.parse(List.of("--seed"))).hasMessageContaining("must follow");
  }
}
