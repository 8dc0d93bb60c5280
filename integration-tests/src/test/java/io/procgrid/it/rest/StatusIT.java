package io.procgrid.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestClient;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** /show/proc/status. */
@ExtendWith(ClusterExtension.class)
class StatusIT {
  private static final String STATUS = "/show/proc/status";
  private static final List<String> PER_SEGMENT =
      List.of("statuses", "messages", "results", "bin_results", "output", "timings");

  private RestClient rest;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster cluster) {
    rest = cluster.rest();
    procs = cluster.procs();
  }

  @Test
  void runIsRunningFromTheMomentExecuteAnswered() {
    String name = procs.create(ProcDraft.command("sleep", TestCluster.newMarker()));
    for (int i = 0; i < 10; i++) {
      assertThat(procs.status(procs.execute(name)).overall()).isEqualTo("running");
    }
  }

  @Test
  void everySegmentHasItsEntryInEveryMapWhileItRunsAndWhenItIsOver() {
    String marker = TestCluster.newMarker();
    String run = procs.run(ProcDraft.command("sleep", marker).distributed());
    TestCluster.awaitLive(marker, 2);
    assertSegmentsEverywhere(procs.awaitRunning(run, 2));
    procs.kill(run);
    assertSegmentsEverywhere(procs.status(run));
  }

  private static void assertSegmentsEverywhere(RunState state) {
    for (String map : PER_SEGMENT) {
      JsonNode segments = state.answer().path(map).path(state.runId());
      for (String segment : List.of("0", "1000")) {
        assertThat(segments.has(segment)).as("%s of segment %s", map, segment).isTrue();
      }
    }
    JsonNode output = state.answer().path("output").path(state.runId()).path("0");
    assertThat(output.path("stdout").isArray() && output.path("stderr").isArray()).isTrue();
    assertThat(state.answer().path("results").path(state.runId()).path("0")).isEmpty();
    assertThat(state.answer().path("bin_results").path(state.runId()).path("0")).isEmpty();
  }

  @Test
  void everyMapOfTheRecordIsThereAlsoForAnUnknownRun() {
    JsonNode answer = procs.statuses("424242");
    for (String map :
        List.of(
            "proc_names",
            "params",
            "bin_params",
            "input_table_names",
            "input_column_names",
            "output_table_names",
            "options",
            "overall_statuses",
            "statuses",
            "messages",
            "results",
            "bin_results",
            "output",
            "timings")) {
      assertThat(answer.path(map).isObject()).as(map).isTrue();
      assertThat(answer.path(map)).as(map).isEmpty();
    }
    assertThat(answer.path("info").isObject()).isTrue();
    assertThat(procs.status("not a number").overall()).isEmpty();
  }

  @Test
  void successIsExitStatusZeroAndClearsTheMessage() {
    RunState state = procs.awaitOver(procs.run(ProcDraft.shell("exit 0")));
    assertThat(state.overall()).isEqualTo("complete");
    assertThat(state.statuses()).isEqualTo(Map.of("0", "complete"));
    assertThat(state.message()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1", "7", "127", "143", "255"})
  void exitStatusIsInTheMessageOfAnError(int code) {
    RunState state = procs.awaitOver(procs.run(ProcDraft.shell("exit " + code)));
    assertThat(state.overall()).isEqualTo("error");
    assertThat(state.message()).contains("exit status " + code);
  }

  @Test
  void signalThatEndedTheProcIsNamed() {
    RunState state = procs.awaitOver(procs.run(ProcDraft.shell("kill -SEGV $$")));
    assertThat(state.overall()).isEqualTo("error");
    assertThat(state.message()).contains("SIGSEGV");
  }

  @Test
  void killedByItsOwnSignalIsAnErrorNotKilled() {
    RunState state = procs.awaitOver(procs.run(ProcDraft.shell("kill -KILL $$")));
    assertThat(state.overall()).isEqualTo("error");
    assertThat(state.message()).contains("SIGKILL");
  }

  @Test
  void errorOfOneSegmentIsTheErrorOfTheRun() {
    RunState state =
        procs.awaitOver(procs.run(ProcDraft.shell("exit $PROCGRID_SEGMENT_NUMBER").distributed()));
    assertThat(state.statuses()).isEqualTo(Map.of("0", "complete", "1000", "error"));
    assertThat(state.overall()).isEqualTo("error");
  }

  @Test
  void runIsRunningUntilItsLastSegmentIsOverAndKilledWhenTheKillEndedAny() {
    String marker = TestCluster.newMarker();
    String run =
        procs.run(
            ProcDraft.shell("[ $PROCGRID_SEGMENT_NUMBER = 0 ] && exit 3; exec sleep " + marker)
                .distributed());
    TestCluster.awaitLive(marker, 1);
    Waiting.until(() -> procs.status(run).statuses().get("0"), "error"::equals);
    assertThat(procs.status(run).overall()).isEqualTo("running");

    procs.kill(run);

    RunState state = procs.status(run);
    assertThat(state.overall()).isEqualTo("killed");
    assertThat(state.statuses()).isEqualTo(Map.of("0", "error", "1000", "killed"));
    assertThat(state.message("0")).contains("exit status 3");
  }

  @Test
  void messageOfAKillSaysWhoWhenAndFromWhere() {
    String run = procs.run(ProcDraft.command("sleep", TestCluster.newMarker()));
    procs.kill(run);
    assertThat(procs.status(run).message())
        .contains("killed by", "127.0.0.1")
        .containsPattern("20\\d\\d-\\d\\d-\\d\\d");
  }

  @Test
  void latestLinesOfBothStreamsAreShown() {
    RunState state =
        procs.awaitOver(
            procs.run(ProcDraft.shell("seq 1 500; seq 1001 1500 >&2"), "max_output_lines", "3"));
    assertThat(state.stdout()).containsExactly("498", "499", "500");
    assertThat(state.stderr()).containsExactly("1498", "1499", "1500");
  }

  @Test
  void hundredLinesAreShownUnlessSaidOtherwise() {
    RunState state = procs.awaitOver(procs.run(ProcDraft.shell("seq 1 500")));
    assertThat(state.stdout())
        .isEqualTo(IntStream.rangeClosed(401, 500).mapToObj(Integer::toString).toList());
    assertThat(state.stderr()).isEmpty();
  }

  @Test
  void asManyLinesAsAskedForAreShown() {
    RunState state =
        procs.awaitOver(procs.run(ProcDraft.shell("seq 1 100001"), "max_output_lines", "100000"));
    assertThat(state.stdout()).hasSize(100_000).startsWith("2").endsWith("100001");
  }

  @Test
  void zeroLinesShowNone() {
    RunState state =
        procs.awaitOver(procs.run(ProcDraft.shell("echo x; echo y >&2"), "max_output_lines", "0"));
    assertThat(state.stdout()).isEmpty();
    assertThat(state.stderr()).isEmpty();
  }

  @Test
  void unfinishedLastLineCountsAndEmptyLinesStay() {
    RunState state =
        procs.awaitOver(
            procs.run(ProcDraft.shell("printf 'a\\n\\nb\\nrest'"), "max_output_lines", "3"));
    assertThat(state.stdout()).containsExactly("", "b", "rest");
  }

  @Test
  void badUtf8BecomesTheReplacementCharacter() {
    RunState state =
        procs.awaitOver(procs.run(ProcDraft.shell("printf 'a\\377b\\nfine \\303\\244\\n'")));
    assertThat(state.stdout()).containsExactly("a\ufffdb", "fine ä");
  }

  @Test
  void longLineIsCutAt64KiB() {
    RunState state =
        procs.awaitOver(
            procs.run(ProcDraft.shell("head -c 200000 /dev/zero | tr '\\0' x; echo; echo next")));
    assertThat(state.stdout()).hasSize(2).last().isEqualTo("next");
    assertThat(state.stdout().getFirst()).hasSize(64 * 1024).matches("x+");
  }

  @Test
  void outputIsWholeInEveryAnswerFromTheFirstThatShowsTheRunOver() {
    String name = procs.create(ProcDraft.shell("echo $PROCGRID_RUN_ID"));
    for (int i = 0; i < 60; i++) {
      String run = procs.execute(name);
      RunState state = procs.awaitOver(run);
      assertThat(state.stdout()).as(state.answer().toString()).containsExactly(run);
      for (int look = 0; look < 5; look++) {
        RunState again = procs.status(run);
        assertThat(again.stdout()).as(again.answer().toString()).containsExactly(run);
      }
    }
  }

  @Test
  void outputIsSeenWhileTheProcRuns() {
    String run = procs.run(ProcDraft.shell("echo early; exec sleep " + TestCluster.newMarker()));
    Waiting.until(() -> procs.status(run).stdout(), List.of("early")::equals);
    assertThat(procs.status(run).overall()).isEqualTo("running");
  }

  @Test
  void outputWrittenBeforeAKillIsKept() {
    String marker = TestCluster.newMarker();
    String run = procs.run(ProcDraft.shell("echo last words; exec sleep " + marker));
    TestCluster.awaitLive(marker, 1);
    procs.kill(run);
    assertThat(procs.status(run).stdout()).containsExactly("last words");
  }

  @Test
  void timingsAreMilliseconds() {
    String marker = TestCluster.newMarker();
    String run = procs.run(ProcDraft.command("sleep", marker));
    TestCluster.awaitLive(marker, 1);
    procs.kill(run);
    RunState state = procs.status(run);
    for (String key : List.of("total", "queued", "kill")) {
      assertThat(state.timing("0", key)).as(key).isNotNegative();
    }
    assertThat(procs.awaitOver(procs.run(ProcDraft.shell("sleep 0.2"))).timing("0", "total"))
        .isGreaterThanOrEqualTo(200);
  }

  @Test
  void waitAnswersWhenTheSelectedRunsAreOver() throws Exception {
    String marker = TestCluster.newMarker();
    String run = procs.run(ProcDraft.command("sleep", marker), "run_tag", marker);
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<RunState> waiting =
          CompletableFuture.supplyAsync(
              () -> procs.status(run, "run_tag", marker, "wait_ms", "50000"), threads);
      procs.kill(run);
      assertThat(waiting.get().overall()).isEqualTo("killed");
    }
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  void waitAnswersWhenItsTimeIsUp() {
    String run = procs.run(ProcDraft.command("sleep", TestCluster.newMarker()));
    assertThat(procs.status(run, "wait_ms", "50").overall()).isEqualTo("running");
  }

  @ParameterizedTest
  @CsvSource({"-1", "600001", "soon", "''"})
  void badWaitIsAnError(String value) {
    assertThat(rest.error(STATUS, Map.of("options", Map.of("wait_ms", value))))
        .contains("wait_ms", "600000");
  }

  @Test
  void tagSelectsTheRunsExecutedWithIt() {
    String name = procs.create(ProcDraft.shell("exit 0"));
    String tag = TestCluster.newMarker();
    String first = procs.execute(name, "run_tag", tag);
    String second = procs.execute(name, "run_tag", tag);
    String other = procs.execute(name, "run_tag", tag + "0");

    assertThat(keys(procs.statuses("", "run_tag", tag))).containsExactlyInAnyOrder(first, second);
    assertThat(keys(procs.statuses(first, "run_tag", tag))).containsExactly(first);
    assertThat(keys(procs.statuses(other, "run_tag", tag))).isEmpty();
    assertThat(keys(procs.statuses(""))).contains(first, second, other);
  }

  @Test
  void clearCompleteShowsWhatIsOverOnceMoreAndThenForgetsIt() {
    String tag = TestCluster.newMarker();
    String running = procs.run(ProcDraft.command("sleep", TestCluster.newMarker()), "run_tag", tag);
    String over = procs.run(ProcDraft.shell("echo bye"), "run_tag", tag);
    procs.awaitOver(over);

    JsonNode once = procs.statuses("", "run_tag", tag, "clear_complete", "true");
    assertThat(keys(once)).containsExactlyInAnyOrder(running, over);
    assertThat(new RunState(over, once).stdout()).containsExactly("bye");

    assertThat(keys(procs.statuses("", "run_tag", tag))).containsExactly(running);
    assertThat(procs.status(over).overall()).isEmpty();
    assertThat(procs.kill(over).runIds()).isEmpty();
  }

  @Test
  void unknownOptionIsAnErrorAndClearsNothing() {
    String run = procs.run(ProcDraft.shell("exit 0"));
    procs.awaitOver(run);
    assertThat(
            rest.error(
                STATUS,
                Map.of("options", Map.of("clear_complete", "true", "clear_completed", "true"))))
        .contains("clear_completed");
    assertThat(procs.status(run).overall()).isEqualTo("complete");
  }

  private static List<String> keys(JsonNode answer) {
    return answer.path("overall_statuses").propertyStream().map(Map.Entry::getKey).toList();
  }
}
