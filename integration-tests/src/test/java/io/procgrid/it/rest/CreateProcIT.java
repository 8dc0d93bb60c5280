package io.procgrid.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestClient;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** /create/proc. */
@ExtendWith(ClusterExtension.class)
class CreateProcIT {
  private static final String CREATE = "/create/proc";
  private static final ProcDraft HELLO = ProcDraft.shell("echo hello");

  private RestClient rest;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster cluster) {
    rest = cluster.rest();
    procs = cluster.procs();
  }

  @Test
  void answerNamesTheProc() {
    String name = procs.newName();
    JsonNode answer = rest.call(CREATE, HELLO.request(name));
    assertThat(answer.path("proc_name").asText()).isEqualTo(name);
    assertThat(answer.path("info").isObject()).isTrue();
  }

  @Test
  void nameThatIsTakenIsAnErrorAndKeepsTheFirst() {
    String name = procs.create(HELLO);
    assertThat(rest.error(CREATE, ProcDraft.shell("echo other").request(name))).contains(name);
    assertThat(procs.awaitOver(procs.execute(name)).stdout()).containsExactly("hello");
  }

  @Test
  void executionModeIsDistributedUnlessSaidOtherwise() {
    String name = procs.newName();
    rest.call(CREATE, Map.of("proc_name", name, "command", "true"));
    assertThat(
            rest.call("/show/proc", Map.of("proc_name", name))
                .path("execution_modes")
                .path(0)
                .asText())
        .isEqualTo("distributed");
  }

  @Test
  void unknownExecutionModeIsAnErrorWithTheValidOnes() {
    Map<String, Object> request = HELLO.request(procs.newName());
    request.put("execution_mode", "everywhere");
    assertChangesNothing(request, "execution_mode", "everywhere", "distributed", "nondistributed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "tab\there", "line\nbreak", "nul\u0000", "escape\u001b[31m"})
  void nameThatIsEmptyOrHoldsControlCharactersIsAnError(String name) {
    assertThat(rest.error(CREATE, HELLO.request(name))).contains("proc_name");
  }

  @Test
  void nameMayHold256CharactersAndSpaces() {
    String longest = (procs.newName() + " ä " + "x".repeat(256)).substring(0, 256);
    rest.call(CREATE, HELLO.request(longest));
    assertThat(procs.awaitOver(procs.execute(longest)).overall()).isEqualTo("complete");
    assertThat(rest.error(CREATE, HELLO.request("y".repeat(257)))).contains("proc_name", "256");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "a/../../x",
        "a/../x",
        "/tmp/x",
        "",
        "a\u0000b",
        "a/",
        "a//b",
        "..",
        ".",
        "..\\x",
        "C:\\x"
      })
  void fileThatCouldLeaveTheProcsFolderIsAnError(String path) {
    assertChangesNothing(HELLO.file(path, "x").request(procs.newName()), "files");
  }

  @Test
  void fileAndFolderOfOneNameAreAnError() {
    assertChangesNothing(HELLO.file("a", "x").file("a/b", "y").request(procs.newName()), "a");
  }

  @Test
  void filesMayLieInSubFolders() {
    String run =
        procs.run(
            ProcDraft.shell("cat a/b/c.txt; ./bin/tool")
                .file("a/b/c.txt", "deep\n")
                .file("bin/tool", "#!/bin/sh\necho tool\n"));
    assertThat(procs.awaitOver(run).stdout()).containsExactly("deep", "tool");
  }

  @Test
  void everyByteValueOfAFileArrives() {
    byte[] all = allBytes();
    String run =
        procs.run(ProcDraft.shell("od -An -v -tu1 -w256 data | tr -s ' '").fileOf("data", all));
    assertThat(procs.awaitOver(run).stdout()).containsExactly(decimals(all));
  }

  @Test
  void filesOfManyMebibytesReachEveryWorker() {
    byte[] content = new byte[12 * 1024 * 1024];
    new Random(1).nextBytes(content);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    String run =
        procs.run(
            ProcDraft.shell("gzip -1 -c data | tail -c8 | od -An -tu4 | tr -s ' '")
                .fileOf("data", content)
                .distributed());
    RunState state = procs.awaitOver(run);
    for (String segment : List.of("0", "1000")) {
      assertThat(state.stdout(segment))
          .containsExactly(" %d %d".formatted(checksum.getValue(), content.length));
    }
  }

  @Test
  void characterAboveOneByteIsAnErrorThatHintsAtBase64() {
    Map<String, Object> request = HELLO.request(procs.newName());
    request.put("files", Map.of("run.sh", "\u20ac"));
    assertChangesNothing(request, "run.sh", "file_encoding", "base64");
  }

  @Test
  void filesMayComeInBase64() {
    byte[] all = allBytes();
    ProcDraft draft = ProcDraft.shell("od -An -v -tu1 -w256 data | tr -s ' '").fileOf("data", all);
    String name = procs.newName();
    Map<String, String> encoded = new HashMap<>();
    draft
        .files()
        .forEach((path, content) ->
            encoded.put(
                path,
                Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.ISO_8859_1))));
    Map<String, Object> request = draft.option("file_encoding", "base64").request(name);
    request.put("files", encoded);
    rest.call(CREATE, request);

    String run = procs.execute(name);
    assertThat(procs.awaitOver(run).stdout()).containsExactly(decimals(all));
  }

  @Test
  void badBase64IsAnErrorThatNamesTheFile() {
    Map<String, Object> request = HELLO.option("file_encoding", "base64").request(procs.newName());
    request.put("files", Map.of("run.sh", "not base64!"));
    assertChangesNothing(request, "run.sh", "base64");
  }

  @Test
  void unknownFileEncodingIsAnError() {
    assertChangesNothing(
        HELLO.option("file_encoding", "hex").request(procs.newName()), "file_encoding", "base64");
  }

  @Test
  void commandMayBeAFileOfTheProcByItsBareName() {
    RunState state = procs.awaitOver(procs.run(HELLO.withCommand("run.sh")));
    assertThat(state.stdout()).as(state.message()).containsExactly("hello");
  }

  @Test
  void commandIsElseFoundByThePathOfTheWorker() {
    String run = procs.run(ProcDraft.command("printf", "%s|", "a", "b c", ""));
    assertThat(procs.awaitOver(run).stdout()).containsExactly("a|b c||");
  }

  @Test
  void emptyCommandMeansTheOnlyFile() {
    RunState state = procs.awaitOver(procs.run(HELLO.withCommand("", "ignored")));
    assertThat(state.stdout()).as(state.message()).containsExactly("hello");
  }

  @Test
  void emptyCommandWithoutExactlyOneFileIsAnError() {
    assertChangesNothing(HELLO.file("b", "").withCommand("").request(procs.newName()), "command");
    assertChangesNothing(ProcDraft.command("").request(procs.newName()), "command");
  }

  @Test
  void commandThatCannotBeResolvedEndsTheRunInErrorWithTheReason() {
    for (String command : new String[] {"./missing", "no-such-program-anywhere"}) {
      RunState state = procs.awaitOver(procs.run(HELLO.withCommand(command)));
      assertThat(state.overall()).isEqualTo("error");
      assertThat(state.message()).contains(command);
    }
  }

  @ParameterizedTest
  @CsvSource({"-1", "1.5", "many", "''", "99999999999999999999"})
  void maxConcurrencyMustBeAWholeNumber(String value) {
    assertChangesNothing(
        HELLO.option("max_concurrency_per_node", value).request(procs.newName()),
        "max_concurrency_per_node");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set_environment",
        "require_complete",
        "cpu_max",
        "memory_max",
        "pids_max",
        "max_runtime_ms"
      })
  void optionOfLaterIsRefusedByName(String option) {
    assertChangesNothing(
        HELLO.option(option, "1").request(procs.newName()), option, "not supported yet");
  }

  @ParameterizedTest
  @ValueSource(strings = {"STOP", "0", "65", ""})
  void killSignalThatIsNoneIsRefusedWithTheValidOnes(String signal) {
    assertChangesNothing(
        HELLO.option("kill_signal", signal).request(procs.newName()),
        "kill_signal",
        "TERM, INT, HUP, QUIT, USR1, USR2, KILL");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "86400001", "soon"})
  void killGracePeriodIsOneDayAtMost(String millis) {
    assertChangesNothing(
        HELLO.option("kill_grace_period_ms", millis).request(procs.newName()),
        "kill_grace_period_ms",
        "from 0 to 86400000");
  }

  @Test
  void kifsFileIsRefusedAsNotSupportedYet() {
    assertChangesNothing(
        HELLO.file("kifs://dir/f", "").request(procs.newName()), "kifs://", "not supported yet");
  }

  @Test
  void unknownOptionIsAnErrorWithTheValidOnes() {
    assertChangesNothing(
        HELLO.option("max_concurency", "1").request(procs.newName()),
        "max_concurency",
        "max_concurrency_per_node",
        "wait_for_tree");
  }

  @Test
  void badNameOrValueOfAnEnvironmentVariableIsAnError() {
    assertChangesNothing(HELLO.option("env.1x", "v").request(procs.newName()), "env.1x");
    assertChangesNothing(HELLO.option("env.", "v").request(procs.newName()), "env.");
    assertChangesNothing(HELLO.option("env.A=B", "v").request(procs.newName()), "env.A=B");
    assertChangesNothing(HELLO.option("env.A", "v\u0000").request(procs.newName()), "env.A");
  }

  @Test
  void zeroByteInAnArgumentIsAnError() {
    assertChangesNothing(
        HELLO.withCommand("./run.sh", "a\u0000b").request(procs.newName()), "args");
  }

  private void assertChangesNothing(Map<String, Object> request, String... mentioned) {
    assertThat(rest.error(CREATE, request)).contains(mentioned);
    JsonNode exists = rest.call("/has/proc", Map.of("proc_name", request.get("proc_name")));
    assertThat(exists.path("proc_exists").asBoolean(true)).isFalse();
  }

  private static byte[] allBytes() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    return all;
  }

  private static String decimals(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte each : bytes) {
      text.append(' ').append(each & 0xff);
    }
    return text.toString();
  }
}
