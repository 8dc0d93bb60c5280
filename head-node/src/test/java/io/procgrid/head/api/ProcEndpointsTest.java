package io.procgrid.head.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /has/proc}, {@code /show/proc} and {@code /delete/proc}. */
class ProcEndpointsTest {
  private static final RestHarness REST = RestHarness.serving();

  @BeforeEach
  void createProcs() {
    REST.reset();
    REST.post(
            "/create/proc",
            """
            {"proc_name": "b", "execution_mode": "nondistributed", "files": {"d/f": "\\u00ff\\n"}, "args": ["-v"],
             "options": {"env.A": "1"}}
            """)
        .data();
    REST.post("/create/proc", "{\"proc_name\":\"a\",\"command\":\"sleep\"}").data();
    for (Command command : REST.core.commands) {
      Command.CreateProc create = (Command.CreateProc) command;
      REST.bundles.put(create.bundle().hash(), create.bundle().archive());
    }
    REST.core.commands.clear();
  }

  @AfterAll
  static void stop() {
    REST.close();
  }

  @Test
  void hasTellsWhetherTheProcExists() {
    assertThat(REST.post("/has/proc", "{\"proc_name\":\"a\"}").data().toString())
        .isEqualTo("{\"proc_name\":\"a\",\"proc_exists\":true,\"info\":{}}");
    assertThat(
            REST.post("/has/proc", "{\"proc_name\":\"c\"}").data().path("proc_exists").asBoolean())
        .isFalse();
  }

  @Test
  void showGivesAllProcsWithoutTheirFiles() {
    assertThat(REST.post("/show/proc", "{}").data())
        .isEqualTo(
            RestHarness.parse(
                """
                {"proc_names": ["a", "b"], "execution_modes": ["distributed", "nondistributed"],
                 "files": [{}, {}], "commands": ["sleep", ""], "args": [[], ["-v"]],
                 "options": [{}, {"env.A": "1"}], "info": {"execute_at_startup_run_ids": "{}"}}
                """));
  }

  @Test
  void showGivesFilesWhenAskedFor() {
    assertThat(
            REST.post(
                    "/show/proc", "{\"proc_name\":\"b\",\"options\":{\"include_files\":\"true\"}}")
                .data()
                .path("files")
                .toString())
        .isEqualTo("[{\"d/f\":\"ÿ\\n\"}]");
  }

  @Test
  void showNamesAutoStartEntries() {
    REST.core.entries = ImmutableMap.of(12L, new Answer.AutoStartView("a", "blue"));

    assertThat(
            REST.post("/show/proc", "{\"proc_name\":\"a\"}")
                .data()
                .at("/info/execute_at_startup_run_ids")
                .asText())
        .isEqualTo("{\"12\":{\"proc_name\":\"a\",\"run_tag\":\"blue\",\"user\":\"\"}}");
  }

  @Test
  void showOfAnUnknownProcIsAnError() {
    assertThat(REST.post("/show/proc", "{\"proc_name\":\"c\"}").isCleanError()).isTrue();
  }

  @Test
  void deleteFreesTheNameAndSaysWhatItKilled() {
    REST.core.killed =
        new Answer.Killed(ImmutableList.of(1L, 2L), ImmutableMap.of(3L, "worker 1 is away"), 5);

    assertThat(REST.post("/delete/proc", "{\"proc_name\":\"a\"}").data())
        .isEqualTo(
            RestHarness.parse(
                """
                {"proc_name": "a",
                 "info": {"killed_run_ids": "1,2", "pending_run_ids": "3",
                          "pending_reason": "{\\"3\\":\\"worker 1 is away\\"}", "elapsed_ms": "5"}}
                """));
    assertThat(
            REST.post("/has/proc", "{\"proc_name\":\"a\"}").data().path("proc_exists").asBoolean())
        .isFalse();
  }

  @Test
  void deleteOfAnUnknownProcIsAnError() {
    assertThat(REST.post("/delete/proc", "{\"proc_name\":\"c\"}").isCleanError()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/has/proc", "/delete/proc"})
  void nameMustBeGiven(String path) {
    assertThat(REST.post(path, "{}").message()).contains("proc_name").contains("is empty");
    assertThat(REST.core.commands).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/has/proc", "/delete/proc", "/show/proc"})
  void unknownOptionIsAnErrorAndChangesNothing(String path) {
    RestHarness.Answered answered =
        REST.post(path, "{\"proc_name\":\"a\",\"options\":{\"force\":\"true\"}}");

    assertThat(answered.isCleanError()).isTrue();
    assertThat(answered.message()).contains("options.force");
    assertThat(REST.core.commands).isEmpty();
  }
}
