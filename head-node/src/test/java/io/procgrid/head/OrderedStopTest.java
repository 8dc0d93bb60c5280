package io.procgrid.head;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderedStopTest {
  @Test
  void stepThatFailsIsToldAndDoesNotKeepTheNextFromBeingTried() {
    List<String> done = new ArrayList<>();
    int exitCode =
        new OrderedStop()
            .step("one", () -> done.add("one"))
            .step(
                "two",
                () -> {
                  throw new IOException("disk full");
                })
            .step("three", () -> done.add("three"))
            .exitCode();
    assertThat(done).containsExactly("one", "three");
    assertThat(exitCode).isEqualTo(1);
  }

  @Test
  void stopWithoutFailureEndsWithZero() {
    assertThat(new OrderedStop().step("one", () -> {}).exitCode()).isZero();
  }
}
