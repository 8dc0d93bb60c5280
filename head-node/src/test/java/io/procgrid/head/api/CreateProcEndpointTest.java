package io.procgrid.head.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.ByteString;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Grace;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.ProcDefinition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CreateProcEndpointTest {
  private static final RestHarness REST = RestHarness.serving();

  @BeforeEach
  void reset() {
    REST.reset();
  }

  @AfterAll
  static void stop() {
    REST.close();
  }

  private Command.CreateProc created() {
    assertThat(REST.core.changes()).hasSize(1);
    return (Command.CreateProc) REST.core.changes().getFirst();
  }

  @Test
  void everythingThatWasGivenReachesTheCore() {
    RestHarness.Answered answered =
        REST.post(
            "/create/proc",
            """
            {"proc_name": "my proc", "execution_mode": "nondistributed",
             "files": {"run.sh": "#!/bin/sh\\n", "lib/b.bin": "\\u00ff\\u0000"},
             "command": "./run.sh", "args": ["-x", 7],
             "options": {"max_concurrency_per_node": 3, "wait_for_tree": "true", "env.COLOUR": "blue"}}
            """);

    assertThat(answered.data().toString()).isEqualTo("{\"proc_name\":\"my proc\",\"info\":{}}");
    assertThat(answered.wrapper().path("data_type").asText()).isEqualTo("create_proc_response");
    ProcDefinition proc = created().proc();
    assertThat(proc.name()).isEqualTo("my proc");
    assertThat(proc.mode()).isEqualTo(ExecutionMode.NONDISTRIBUTED);
    assertThat(proc.command()).isEqualTo("./run.sh");
    assertThat(proc.arguments()).containsExactly("-x", "7");
    assertThat(proc.maxConcurrencyPerNode()).isEqualTo(3);
    assertThat(proc.waitForTree()).isTrue();
    assertThat(proc.environment()).containsExactly(entry("COLOUR", "blue"));
    assertThat(proc.options())
        .containsOnlyKeys("max_concurrency_per_node", "wait_for_tree", "env.COLOUR");
    assertThat(proc.bundleHash()).isEqualTo(created().bundle().hash()).hasSize(64);
    assertThat(FileBundle.unpack(created().bundle().archive()))
        .containsOnly(
            entry("run.sh", ByteString.copyFromUtf8("#!/bin/sh\n")),
            entry("lib/b.bin", ByteString.copyFrom(new byte[] {-1, 0})));
  }

  @Test
  void modeIsDistributedAndConcurrencyUnlimitedByDefault() {
    REST.post("/create/proc", "{\"proc_name\":\"p\",\"files\":{\"a\":\"x\"}}").data();

    assertThat(created().proc().mode()).isEqualTo(ExecutionMode.DISTRIBUTED);
    assertThat(created().proc().maxConcurrencyPerNode()).isZero();
    assertThat(created().proc().waitForTree()).isFalse();
  }

  @Test
  void filesMayComeInBase64() {
    REST.post(
            "/create/proc",
            "{\"proc_name\":\"p\",\"files\":{\"a\":\"/wA=\"},\"options\":{\"file_encoding\":\"base64\"}}")
        .data();

    assertThat(FileBundle.unpack(created().bundle().archive()))
        .containsExactly(entry("a", ByteString.copyFrom(new byte[] {-1, 0})));
    assertThat(created().proc().options()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "a/../../x",
        "/etc/passwd",
        "",
        "a/",
        "a//b",
        "./a",
        "a/.",
        "..",
        "a\\\\b",
        "..\\\\x",
        "a\\u0000b",
        "a\\nb",
        "kifs://dir/f"
      })
  void filesOutsideTheFolderOfTheProcAreRefused(String path) {
    RestHarness.Answered answered =
        REST.post(
            "/create/proc",
            "{\"proc_name\":\"p\",\"command\":\"x\",\"files\":{\"%s\":\"\"}}".formatted(path));

    assertThat(answered.isCleanError()).as("%s", answered).isTrue();
    assertThat(answered.message()).startsWith("files: \"");
    assertThat(REST.core.changes()).isEmpty();
  }

  @Test
  void fileThatIsAlsoAFolderIsRefused() {
    RestHarness.Answered answered =
        REST.post(
            "/create/proc",
            "{\"proc_name\":\"p\",\"command\":\"x\",\"files\":{\"a\":\"\",\"a/b/c\":\"\"}}");

    assertThat(answered.isCleanError()).isTrue();
    assertThat(answered.message()).contains("\"a\"").contains("\"a/b/c\"");
    assertThat(REST.core.changes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | proc_name = \"\": is empty",
        "{\"proc_name\":\"a\\u0007b\"} | control character",
        "{\"proc_name\":\"p\",\"execution_mode\":\"both\",\"files\":{\"a\":\"\"}} | distributed or nondistributed",
        "{\"proc_name\":\"p\"} | the only file, but there are 0",
        "{\"proc_name\":\"p\",\"files\":{\"a\":\"\",\"b\":\"\"}} | the only file, but there are 2",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"args\":[\"a\\u0000\"]} | args[0]",
        "{\"proc_name\":\"p\",\"command\":\"x\\u0000\"} | command",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"max_concurrency\":\"1\"}} | valid are env.*, file_encoding, kill_grace_period_ms, kill_signal, max_concurrency_per_node, wait_for_tree",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"max_concurrency_per_node\":\"-1\"}} | an integer from 0",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"max_concurrency_per_node\":\"two\"}} | = \"two\": must be an integer",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"max_concurrency_per_node\":\"99999999999999999999999\"}} | an integer from 0",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"wait_for_tree\":\"yes\"}} | = \"yes\": must be true or false",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"env.1A\":\"\"}} | not the name of an environment variable",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"env.\":\"\"}} | not the name of an environment variable",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"env.PROCGRID_RUN_ID\":\"\"}} | the cluster's own",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"env.A\":\"\\u0000\"}} | options.env.A",
        "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"file_encoding\":\"hex\"}} | must be base64",
        "{\"proc_name\":\"p\",\"files\":{\"a\":\"€\"}} | file_encoding: base64",
        "{\"proc_name\":\"p\",\"files\":{\"a\":\"??\"},\"options\":{\"file_encoding\":\"base64\"}} | files.a = \"??\": is not base64",
      })
  void badInputIsExplainedAndCreatesNothing(String body, String explanation) {
    RestHarness.Answered answered = REST.post("/create/proc", body);

    assertThat(answered.isCleanError()).as("%s", answered).isTrue();
    assertThat(answered.message()).contains(explanation);
    assertThat(REST.core.changes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set_environment",
        "require_complete",
        "max_runtime_ms",
        "cpu_max",
        "memory_max",
        "pids_max"
      })
  void optionsThatComeLaterAreSaidToBeNotSupportedYet(String option) {
    RestHarness.Answered answered =
        REST.post(
            "/create/proc",
            "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"%s\":\"1\"}}".formatted(option));

    assertThat(answered.isCleanError()).isTrue();
    assertThat(answered.message()).contains(option).contains("not supported yet");
    assertThat(REST.core.changes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "TERM,15",
    "SIGTERM,15",
    "sigint,2",
    "INT,2",
    "HUP,1",
    "QUIT,3",
    "USR1,10",
    "SIGUSR2,12",
    "34,34",
    "1,1",
    "64,64"
  })
  void killSignalIsTakenByNameAndNumberAndShownAsGiven(String given, int number) {
    REST.post(
            "/create/proc",
            """
            {"proc_name": "p", "command": "x",
             "options": {"kill_signal": "%s", "kill_grace_period_ms": "600000"}}
            """
                .formatted(given))
        .data();

    ProcDefinition proc = created().proc();
    assertThat(proc.killGrace()).isEqualTo(new Grace(number, 600_000));
    assertThat(proc.options()).containsEntry("kill_signal", given);
    assertThat(proc.options()).containsEntry("kill_grace_period_ms", "600000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"kill_signal\":\"USR1\"",
        // Nobody has any use for time after that.
        "\"kill_signal\":\"KILL\",\"kill_grace_period_ms\":\"5\""
      })
  void procIsKilledAtOnceUnlessItAsksForTime(String options) {
    REST.post(
            "/create/proc",
            "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{%s}}".formatted(options))
        .data();

    assertThat(created().proc().killGrace().isNone()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "SIG", "STOP", "TERM ", "0", "65", "-9", "015x", "SIGSIGTERM"})
  void killSignalThatIsNoneIsRefusedWithTheValidOnes(String given) {
    RestHarness.Answered answered =
        REST.post(
            "/create/proc",
            "{\"proc_name\":\"p\",\"command\":\"x\",\"options\":{\"kill_signal\":\"%s\"}}"
                .formatted(given));

    assertThat(answered.isCleanError()).as("%s", answered).isTrue();
    assertThat(answered.message())
        .contains("kill_signal", "TERM, INT, HUP, QUIT, USR1, USR2, KILL");
    assertThat(REST.core.changes()).isEmpty();
  }

  @Test
  void nameThatIsTakenIsRefused() {
    String body = "{\"proc_name\":\"p\",\"files\":{\"a\":\"x\"}}";
    REST.post("/create/proc", body).data();

    assertThat(REST.post("/create/proc", body).isCleanError()).isTrue();
  }

  @Test
  void nameOf256CharactersPassesAndOneMoreDoesNot() {
    String body = "{\"proc_name\":\"%s\",\"files\":{\"a\":\"x\"}}";

    assertThat(REST.post("/create/proc", body.formatted("ü".repeat(257))).isCleanError()).isTrue();
    REST.post("/create/proc", body.formatted("ü".repeat(256))).data();
  }

  @Test
  void argumentThatNoProcessCanTakeIsRefused() {
    String body = "{\"proc_name\":\"p\",\"command\":\"x\",\"args\":[\"%s\"]}";

    assertThat(REST.post("/create/proc", body.formatted("a".repeat(131_072))).message())
        .contains("args[0]")
        .contains("131072");
    REST.post("/create/proc", body.formatted("a".repeat(131_071))).data();
  }
}
