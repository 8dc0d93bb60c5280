package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ContainmentProbeTest {
  @Test
  void strongestMechanismThatWorksIsChosen() throws Exception {
    try (Containment chosen =
        new ContainmentProbe("probe", "testhost", Set.of()).open(ContainmentMode.AUTO)) {
      ContainmentMode mode = ContainmentMode.parse(chosen.name()).orElseThrow();
      for (ContainmentMode stronger : ContainmentMode.values()) {
        if (stronger != ContainmentMode.AUTO && stronger.compareTo(mode) < 0) {
          assertThat(Availability.of(stronger)).isFalse();
        }
      }
    }
  }

  @Test
  void identityThatCannotBePartOfAPathIsRefused() {
    assertThatThrownBy(() -> new ContainmentProbe("../x", "testhost", Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void modesAreReadByTheirNames() {
    assertThat(ContainmentMode.parse("session")).contains(ContainmentMode.SESSION);
    assertThat(ContainmentMode.parse("Session")).isEmpty();
    assertThat(ContainmentMode.parse("none")).isEmpty();
  }
}
