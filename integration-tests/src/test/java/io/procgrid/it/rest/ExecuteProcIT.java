package io.procgrid.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestClient;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** /execute/proc. */
@ExtendWith(ClusterExtension.class)
class ExecuteProcIT {
  private static final String EXECUTE = "/execute/proc";
  private static final ProcDraft HELLO = ProcDraft.shell("echo hello");

  private RestClient rest;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster cluster) {
    rest = cluster.rest();
    procs = cluster.procs();
  }

  @Test
  void runIdsAreSmallIntegersThatOnlyGrow() {
    String name = procs.create(HELLO);
    long before = Long.parseLong(procs.execute(name));
    procs.awaitOver(Long.toString(before));
    procs.statuses(Long.toString(before), "clear_complete", "true");

    assertThat(procs.execute(name)).isEqualTo(Long.toString(before + 1));
  }

  @Test
  void runOfAnUnknownProcIsAnErrorAndUsesNoRunId() {
    String name = procs.create(HELLO);
    long before = Long.parseLong(procs.execute(name));
    assertThat(rest.error(EXECUTE, Map.of("proc_name", "never made"))).contains("never made");
    assertThat(procs.execute(name)).isEqualTo(Long.toString(before + 1));
  }

  @Test
  void distributedProcRunsOnEveryWorker() {
    String run =
        procs.run(
            ProcDraft.shell(
                    "echo $PROCGRID_SEGMENT_ID $PROCGRID_SEGMENT_NUMBER of $PROCGRID_SEGMENT_COUNT")
                .distributed());
    RunState state = procs.awaitOver(run);
    assertThat(state.statuses()).isEqualTo(Map.of("0", "complete", "1000", "complete"));
    assertThat(state.stdout("0")).containsExactly("0 0 of 2");
    assertThat(state.stdout("1000")).containsExactly("1000 1 of 2");
  }

  @Test
  void nondistributedProcRunsOnceAsSegmentZero() {
    RunState state =
        procs.awaitOver(
            procs.run(
                ProcDraft.shell(
                    "echo $PROCGRID_SEGMENT_ID $PROCGRID_SEGMENT_NUMBER of $PROCGRID_SEGMENT_COUNT")));
    assertThat(state.statuses()).isEqualTo(Map.of("0", "complete"));
    assertThat(state.stdout()).containsExactly("0 0 of 1");
  }

  @Test
  void nondistributedProcGoesToTheWorkerWithFewestLiveProcesses(TestCluster cluster) {
    String name = procs.create(ProcDraft.command("sleep", TestCluster.newMarker()));
    String first = procs.execute(name);
    procs.awaitRunning(first, 1);
    String second = procs.execute(name);
    procs.awaitRunning(second, 1);
    String third = procs.execute(name);
    procs.awaitRunning(third, 1);

    assertThat(procs.kill("", "worker", "2", "dry_run", "true").runIds()).containsExactly(second);
    assertThat(procs.kill("", "worker", "1", "dry_run", "true").runIds())
        .containsExactlyInAnyOrder(first, third);
    String identity = cluster.shownWorker(2).path("id").asText();
    assertThat(procs.kill("", "worker", identity, "dry_run", "true").runIds())
        .containsExactly(second);
  }

  @Test
  void whatWasAskedForIsShownInStatus() {
    String name = procs.create(HELLO);
    Map<String, Object> request = new HashMap<>();
    request.put("proc_name", name);
    request.put("params", Map.of("p", "ä", "n", 7));
    request.put("bin_params", Map.of("b", "\u0000\u007f\u0080\u00ff"));
    request.put("input_table_names", List.of("in 1", "in 2"));
    request.put("input_column_names", Map.of("in 1", List.of("x", "y")));
    request.put("output_table_names", List.of("out"));
    request.put("options", Map.of("run_tag", "echo", "max_output_lines", "5"));
    String run = rest.call(EXECUTE, request).path("run_id").asText();
    JsonNode status = procs.awaitOver(run).answer();

    assertThat(status.path("proc_names").path(run).asText()).isEqualTo(name);
    assertThat(status.path("params").path(run).path("p").asText()).isEqualTo("ä");
    assertThat(status.path("params").path(run).path("n").asText()).isEqualTo("7");
    assertThat(status.path("bin_params").path(run).path("b").asText())
        .isEqualTo("\u0000\u007f\u0080\u00ff");
    assertThat(status.path("input_table_names").path(run).path(1).asText()).isEqualTo("in 2");
    assertThat(status.path("input_column_names").path(run).path("in 1").path(1).asText())
        .isEqualTo("y");
    assertThat(status.path("output_table_names").path(run).path(0).asText()).isEqualTo("out");
    assertThat(status.path("options").path(run).path("run_tag").asText()).isEqualTo("echo");
    assertThat(status.path("options").path(run).path("max_output_lines").asText()).isEqualTo("5");
  }

  @Test
  void binaryParametersMayComeInBase64() {
    String name = procs.create(HELLO);
    String run =
        rest.call(
                EXECUTE,
                Map.of(
                    "proc_name", name,
                    "bin_params", Map.of("b", "AID/"),
                    "options", Map.of("file_encoding", "base64")))
            .path("run_id")
            .asText();
    assertThat(procs.awaitOver(run).answer().path("bin_params").path(run).path("b").asText())
        .isEqualTo("\u0000\u0080\u00ff");
  }

  @Test
  void binaryParameterAboveOneByteIsAnErrorThatHintsAtBase64() {
    assertRefused(Map.of("bin_params", Map.of("b", "\u20ac")), "b", "file_encoding", "base64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"input_table_names", "output_table_names"})
  void tablesOfADistributedProcAreAnError(String field) {
    String name = procs.create(HELLO.distributed());
    assertThat(rest.error(EXECUTE, Map.of("proc_name", name, field, List.of("t")))).contains(field);
    assertThat(procs.statuses("", "run_tag", "none such").path("overall_statuses")).isEmpty();
  }

  @Test
  void paramsThatWouldShareAnEnvironmentVariableAreAnError() {
    assertRefused(Map.of("params", Map.of("a.b", "1", "A_b", "2")), "a.b", "A_b");
  }

  @Test
  void paramsThatNoProcessCouldTakeAreAnError() {
    assertRefused(Map.of("params", Map.of("a", "x".repeat(1024 * 1024))), "params", "1048576");
  }

  @Test
  void zeroByteInAParamIsAnError() {
    assertRefused(Map.of("params", Map.of("a", "x\u0000y")), "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "100001", "1.5", "many", "", "0x10", "1e3"})
  void badMaxOutputLinesIsAnError(String value) {
    assertRefused(
        Map.of("options", Map.of("max_output_lines", value)), "max_output_lines", "100000");
  }

  @Test
  void tagWithControlCharactersOrAbove256CharactersIsAnError() {
    assertRefused(Map.of("options", Map.of("run_tag", "a\u0007b")), "run_tag");
    assertRefused(Map.of("options", Map.of("run_tag", "x".repeat(257))), "run_tag", "256");
    procs.execute(procs.create(HELLO), "run_tag", "x".repeat(256));
  }

  @ParameterizedTest
  @CsvSource({"execute_at_startup_as,someone", "no_such_option,1", "execute_at_startup,perhaps"})
  void badOptionIsAnErrorThatNamesIt(String option, String value) {
    assertRefused(Map.of("options", Map.of(option, value)), option);
  }

  @Test
  void executeAtStartupAsIsNotSupportedYet() {
    assertRefused(
        Map.of("options", Map.of("execute_at_startup", "true", "execute_at_startup_as", "u")),
        "execute_at_startup_as",
        "not supported yet");
  }

  @Test
  void cacheOptionsAreAcceptedAndChecked() {
    String run = procs.run(HELLO, "cache_input", "true", "use_cached_input", "false");
    assertThat(procs.awaitOver(run).overall()).isEqualTo("complete");
    assertRefused(Map.of("options", Map.of("cache_input", "possibly")), "cache_input");
  }

  @Test
  void autoStartEntryDoesNotRunNowAndIsShownWithItsProc() {
    String marker = TestCluster.newMarker();
    String name = procs.create(ProcDraft.command("sleep", marker));
    String entry = procs.execute(name, "execute_at_startup", "true", "run_tag", "boot");

    assertThat(procs.status(entry).overall()).isEqualTo("none");
    assertThat(procs.status(entry).statuses()).isEmpty();
    JsonNode shown = procs.autoStarts(name).path(entry);
    assertThat(shown.path("proc_name").asText()).isEqualTo(name);
    assertThat(shown.path("run_tag").asText()).isEqualTo("boot");
    assertThat(shown.path("user").asText("?")).isEmpty();
    rest.call("/delete/proc", Map.of("proc_name", name));
  }

  private void assertRefused(Map<String, ?> fields, String... mentioned) {
    String name = procs.create(HELLO);
    Map<String, Object> request = new HashMap<>(fields);
    request.put("proc_name", name);
    assertThat(rest.error(EXECUTE, request)).contains(mentioned);
    procs
        .statuses("")
        .path("proc_names")
        .forEach(shown -> assertThat(shown.asText()).isNotEqualTo(name));
  }
}
