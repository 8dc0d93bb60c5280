package io.procgrid.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.SegmentSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcEnvironmentTest {
  private static Map<String, String> environment(
      Map<String, String> parameters, Map<String, String> more, Map<String, String> worker) {
    SegmentSpec spec =
        new SegmentSpec("proc", "1000", 2, "hash", "x", List.of(), parameters, more, false, 0);
    return ProcEnvironment.of(new SegmentKey(7, 1, 1), spec, worker);
  }

  @Test
  void holdsTheRunAndNothingElseOfTheWorker() {
    Map<String, String> worker =
        Map.of("PATH", "/bin", "HOME", "/h", "LANG", "C", "TZ", "UTC", "TOKEN", "secret");

    assertThat(environment(Map.of(), Map.of(), worker))
        .isEqualTo(
            Map.of(
                "PATH", "/bin",
                "HOME", "/h",
                "LANG", "C",
                "TZ", "UTC",
                "PROCGRID_RUN_ID", "7",
                "PROCGRID_PROC_NAME", "proc",
                "PROCGRID_SEGMENT_ID", "1000",
                "PROCGRID_SEGMENT_NUMBER", "1",
                "PROCGRID_SEGMENT_COUNT", "2"));
  }

  @Test
  void parametersAreNamedInUpperCaseAndTheProcsOwnVariablesWin() {
    assertThat(
            environment(Map.of("my.Param-1", "v", "höhe", "w"), Map.of("PATH", "/own"), Map.of()))
        .containsEntry("PROCGRID_PARAM_MY_PARAM_1", "v")
        .containsEntry("PROCGRID_PARAM_H_HE", "w")
        .containsEntry("PATH", "/own");
  }

  @Test
  void valueThatCannotPassExecIsLeftOutAndNamed() {
    String longest = "x".repeat(128 * 1024 - "PROCGRID_PARAM_B=".length() - 1);
    Map<String, String> environment =
        environment(
            Map.of("a", "x".repeat(128 * 1024), "b", longest, "c", longest + "x", "d", "x\0y"),
            Map.of(),
            Map.of());

    assertThat(environment)
        .containsEntry("PROCGRID_PARAMS_OMITTED", "a,c,d")
        .containsEntry("PROCGRID_PARAM_B", longest)
        .doesNotContainKeys("PROCGRID_PARAM_A", "PROCGRID_PARAM_C", "PROCGRID_PARAM_D");
  }
}
