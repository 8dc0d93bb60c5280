package io.procgrid.head.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.common.collect.ImmutableList;
import com.google.protobuf.ByteString;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.RunRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecuteProcEndpointTest {
  private static final RestHarness REST = RestHarness.serving();

  @BeforeEach
  void createProcs() {
    REST.reset();
    String body = "{\"proc_name\":\"%s\",\"execution_mode\":\"%s\",\"command\":\"x\"}";
    REST.post("/create/proc", body.formatted("spread", "distributed")).data();
    REST.post("/create/proc", body.formatted("single", "nondistributed")).data();
    REST.core.commands.clear();
  }

  @AfterAll
  static void stop() {
    REST.close();
  }

  private RunRequest executed() {
    assertThat(REST.core.changes()).hasSize(1);
    return ((Command.Execute) REST.core.changes().getFirst()).request();
  }

  @Test
  void everythingThatWasGivenReachesTheCore() {
    RestHarness.Answered answered =
        REST.post(
            "/execute/proc",
            """
            {"proc_name": "single", "params": {"who": "world", "n": 3}, "bin_params": {"b": "\\u00ff"},
             "input_table_names": ["t"], "input_column_names": {"t": ["c"]}, "output_table_names": ["o"],
             "options": {"run_tag": "blue", "max_output_lines": "0", "execute_at_startup": "true",
                         "cache_input": "x", "use_cached_input": ""}}
            """
                .replace("\"x\"", "\"true\"")
                .replace("\"\"}", "\"false\"}"));

    assertThat(answered.data().toString()).isEqualTo("{\"run_id\":\"17\",\"info\":{}}");
    RunRequest run = executed();
    assertThat(run.params()).containsExactly(entry("who", "world"), entry("n", "3"));
    assertThat(run.binParams()).containsExactly(entry("b", ByteString.copyFrom(new byte[] {-1})));
    assertThat(run.inputTableNames()).containsExactly("t");
    assertThat(run.inputColumnNames()).containsExactly(entry("t", ImmutableList.of("c")));
    assertThat(run.outputTableNames()).containsExactly("o");
    assertThat(run.runTag()).isEqualTo("blue");
    assertThat(run.maxOutputLines()).isZero();
    assertThat(run.executeAtStartup()).isTrue();
    assertThat(run.options())
        .containsOnlyKeys(
            "run_tag", "max_output_lines", "execute_at_startup", "cache_input", "use_cached_input");
  }

  @Test
  void aHundredLinesAndNoTagByDefault() {
    REST.post("/execute/proc", "{\"proc_name\":\"spread\"}").data();

    assertThat(executed().maxOutputLines()).isEqualTo(100);
    assertThat(executed().runTag()).isEmpty();
    assertThat(executed().executeAtStartup()).isFalse();
  }

  @Test
  void binaryParamsMayComeInBase64() {
    REST.post(
            "/execute/proc",
            "{\"proc_name\":\"spread\",\"bin_params\":{\"b\":\"/wA=\"},\"options\":{\"file_encoding\":\"base64\"}}")
        .data();

    assertThat(executed().binParams())
        .containsExactly(entry("b", ByteString.copyFrom(new byte[] {-1, 0})));
    assertThat(executed().options()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"proc_name\":\"nobody\"} | there is no proc named 'nobody'",
        "{} | proc_name = \"\": is empty",
        "{\"proc_name\":\"single\",\"options\":{\"max_output_lines\":\"-1\"}} | an integer from 0 to 100000",
        "{\"proc_name\":\"single\",\"options\":{\"max_output_lines\":\"100001\"}} | an integer from 0 to 100000",
        "{\"proc_name\":\"single\",\"options\":{\"max_output_lines\":\"ten\"}} | = \"ten\": must be an integer",
        "{\"proc_name\":\"single\",\"options\":{\"max_output_lines\":\"\"}} | must be an integer",
        "{\"proc_name\":\"single\",\"options\":{\"run_tag\":\"a\\u0001\"}} | options.run_tag = \"a\\u0001\": has a control character",
        "{\"proc_name\":\"single\",\"options\":{\"execute_at_startup\":\"1\"}} | must be true or false",
        "{\"proc_name\":\"single\",\"options\":{\"cache_input\":\"1\"}} | must be true or false",
        "{\"proc_name\":\"single\",\"options\":{\"use_cached_input\":\"1\"}} | must be true or false",
        "{\"proc_name\":\"single\",\"options\":{\"execute_at_startup_as\":\"u\"}} | execute_at_startup_as is not supported yet",
        "{\"proc_name\":\"single\",\"options\":{\"tag\":\"u\"}} | valid are cache_input, execute_at_startup, file_encoding, max_output_lines, run_tag, use_cached_input",
        "{\"proc_name\":\"single\",\"params\":{\"a-b\":\"1\",\"A_B\":\"2\"}} | PROCGRID_PARAM_A_B",
        "{\"proc_name\":\"single\",\"params\":{\"a\":\"x\\u0000\"}} | params.a",
        "{\"proc_name\":\"single\",\"params\":{\"a\":true}} | write \"true\" in quotes",
      })
  void badInputIsExplainedAndExecutesNothing(String body, String explanation) {
    RestHarness.Answered answered = REST.post("/execute/proc", body);

    assertThat(answered.isCleanError()).as("%s", answered).isTrue();
    assertThat(answered.message()).contains(explanation);
    assertThat(REST.core.changes())
        .allSatisfy(command ->
            assertThat(((Command.Execute) command).request().procName()).isEqualTo("nobody"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"input_table_names\":[\"t\"]",
        "\"output_table_names\":[\"t\"]",
        "\"input_column_names\":{\"t\":[]}"
      })
  void tablesForADistributedProcAreRefused(String tables) {
    RestHarness.Answered answered =
        REST.post("/execute/proc", "{\"proc_name\":\"spread\",%s}".formatted(tables));

    assertThat(answered.isCleanError()).isTrue();
    assertThat(answered.message()).contains("tables are not supported yet").contains("spread");
    assertThat(REST.core.changes()).isEmpty();
  }
}
