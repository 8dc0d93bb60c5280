package io.procgrid.head.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.RunRequest;
import io.procgrid.head.core.RunView;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.core.Selector;
import io.procgrid.head.store.ArchivedRun;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShowProcStatusEndpointTest {
  private static final RestHarness REST = RestHarness.serving();
  private static final Placement PLACEMENT =
      new Placement(new WorkerIdentity("w"), new WorkerInstance("i"), "boot", "machine");
  private static final long CREATED = RestHarness.NOW - 10_000;
  private static final long STARTED = RestHarness.NOW - 9_000;
  private static final long ENDED = RestHarness.NOW - 4_000;

  @BeforeEach
  void reset() {
    REST.reset();
  }

  @AfterAll
  static void stop() {
    REST.close();
  }

  private static RunRequest request(int maxOutputLines, boolean atStartup) {
    return new RunRequest(
        "p",
        ImmutableMap.of("who", "world"),
        ImmutableMap.of("b", ByteString.copyFrom(new byte[] {-1})),
        ImmutableList.of("t"),
        ImmutableMap.of("t", ImmutableList.of("c")),
        ImmutableList.of("o"),
        ImmutableMap.of("run_tag", "blue"),
        "blue",
        maxOutputLines,
        atStartup);
  }

  private static ArchivedRun archived(
      long runId, @Nullable RunStatus status, ArchivedRun.ArchivedSegment... segments) {
    return new ArchivedRun(
        runId, request(2, false), CREATED, 1, status, 0, ImmutableList.copyOf(segments));
  }

  private static ArchivedRun.ArchivedSegment ended(
      long runId, int index, RunStatus status, String message, @Nullable SegmentOutput output) {
    Outcome outcome =
        new Outcome(
            status == RunStatus.KILLED ? Outcome.Kind.KILLED : Outcome.Kind.ENDED,
            new ExitStatus.Exited(0),
            "",
            STARTED,
            ENDED,
            status == RunStatus.KILLED ? 3 : 0,
            null);
    return new ArchivedRun.ArchivedSegment(
        new SegmentKey(runId, 1, index),
        Integer.toString(index * 1000),
        PLACEMENT,
        status,
        message,
        outcome,
        output);
  }

  private static RunView.SegmentView running(long runId, int index) {
    return new RunView.SegmentView(
        new SegmentKey(runId, 1, index),
        Integer.toString(index * 1000),
        RunStatus.RUNNING,
        "",
        PLACEMENT,
        STARTED,
        0,
        0);
  }

  private static RunView view(long runId, RunStatus status, RunView.SegmentView... segments) {
    return new RunView(runId, 1, status, "", ImmutableList.copyOf(segments));
  }

  private static SegmentOutput lines(String... stdout) {
    return new SegmentOutput(ImmutableList.copyOf(stdout), ImmutableList.of("oops"));
  }

  private static JsonNode status(String body) {
    return REST.post("/show/proc/status", body).data();
  }

  @Test
  void runThatIsOverIsShownWholeFromTheArchive() {
    REST.archive.add(
        archived(
            7,
            RunStatus.KILLED,
            ended(7, 0, RunStatus.COMPLETE, "", lines("1", "2", "3")),
            ended(7, 1, RunStatus.KILLED, "killed by x", lines())));

    assertThat(status("{}"))
        .isEqualTo(
            RestHarness.parse(
                """
                {"proc_names": {"7": "p"},
                 "params": {"7": {"who": "world"}},
                 "bin_params": {"7": {"b": "ÿ"}},
                 "input_table_names": {"7": ["t"]},
                 "input_column_names": {"7": {"t": ["c"]}},
                 "output_table_names": {"7": ["o"]},
                 "options": {"7": {"run_tag": "blue"}},
                 "overall_statuses": {"7": "killed"},
                 "statuses": {"7": {"0": "complete", "1000": "killed"}},
                 "messages": {"7": {"0": "", "1000": "killed by x"}},
                 "results": {"7": {"0": {}, "1000": {}}},
                 "bin_results": {"7": {"0": {}, "1000": {}}},
                 "output": {"7": {"0": {"stdout": ["2", "3"], "stderr": ["oops"]},
                                  "1000": {"stdout": [], "stderr": ["oops"]}}},
                 "timings": {"7": {"0": {"total": 5000, "queued": 1000},
                                   "1000": {"total": 5000, "queued": 1000, "kill": 3}}},
                 "info": {}}
                """));
  }

  @Test
  void fieldsComeInTheOrderOfTheRecord() {
    assertThat(status("{}").toString())
        .isEqualTo(
            "{\"proc_names\":{},\"params\":{},\"bin_params\":{},\"input_table_names\":{},"
                + "\"input_column_names\":{},\"output_table_names\":{},\"options\":{},"
                + "\"overall_statuses\":{},\"statuses\":{},\"messages\":{},\"results\":{},"
                + "\"bin_results\":{},\"output\":{},\"timings\":{},\"info\":{}}");
  }

  @Test
  void runThatRunsIsShownFromTheCoreWithLinesOfItsWorker() {
    REST.archive.add(archived(7, null));
    REST.core.runs.add(view(7, RunStatus.RUNNING, running(7, 0)));
    REST.outputs.put(new SegmentKey(7, 1, 0), CompletableFuture.completedFuture(lines("hello")));

    JsonNode status = status("{}");

    assertThat(status.at("/overall_statuses/7").asText()).isEqualTo("running");
    assertThat(status.at("/statuses/7/0").asText()).isEqualTo("running");
    assertThat(status.at("/output/7/0/stdout").toString()).isEqualTo("[\"hello\"]");
    assertThat(status.at("/timings/7/0").toString()).isEqualTo("{\"total\":9000,\"queued\":1000}");
  }

  @Test
  void whatTheArchiveHasAsOverWinsOverTheCoreThatWasAskedBefore() {
    REST.archive.add(
        archived(7, RunStatus.COMPLETE, ended(7, 0, RunStatus.COMPLETE, "", lines("done"))));
    REST.core.runs.add(view(7, RunStatus.RUNNING, running(7, 0)));

    assertThat(status("{}").at("/overall_statuses/7").asText()).isEqualTo("complete");
    assertThat(status("{}").at("/statuses/7/0").asText()).isEqualTo("complete");
  }

  @Test
  void runThatWaitsHasEmptyInnerMapsAndSaysWhy() {
    REST.archive.add(archived(7, null));
    REST.core.runs.add(
        new RunView(7, 1, RunStatus.RUNNING, "no worker is connected", ImmutableList.of()));

    JsonNode status = status("{}");

    assertThat(status.at("/overall_statuses/7").asText()).isEqualTo("running");
    for (String map : new String[] {"statuses", "messages", "results", "output", "timings"}) {
      assertThat(status.path(map).path("7").toString()).as(map).isEqualTo("{}");
    }
    assertThat(status.at("/info/waiting").asText()).isEqualTo("{\"7\":\"no worker is connected\"}");
  }

  @Test
  void entryThatDidNotRunInThisClusterStartIsNone() {
    REST.archive.add(
        new ArchivedRun(
            7,
            request(2, true),
            CREATED,
            3,
            RunStatus.KILLED,
            ENDED,
            ImmutableList.of(ended(7, 0, RunStatus.KILLED, "", lines("old")))));
    REST.core.runs.add(new RunView(7, 0, RunStatus.NONE, "", ImmutableList.of()));

    JsonNode status = status("{}");

    assertThat(status.at("/overall_statuses/7").asText()).isEqualTo("none");
    assertThat(status.at("/statuses/7").toString()).isEqualTo("{}");
  }

  @Test
  void runKilledWhileItWaitedIsKilled() {
    REST.archive.add(archived(7, RunStatus.KILLED));

    JsonNode status = status("{}");

    assertThat(status.at("/overall_statuses/7").asText()).isEqualTo("killed");
    assertThat(status.at("/statuses/7").toString()).isEqualTo("{}");
  }

  @Test
  void runThatCameAfterTheCoreWasAskedIsRunning() {
    REST.archive.add(archived(7, null));

    assertThat(status("{}").at("/overall_statuses/7").asText()).isEqualTo("running");
  }

  @Test
  void runThatWasClearedMeanwhileIsNotShown() {
    REST.core.runs.add(view(7, RunStatus.COMPLETE));

    assertThat(status("{}").path("overall_statuses").toString()).isEqualTo("{}");
  }

  @Test
  void unreachableWorkerCostsItsOutputOnlyAndIsNamed() {
    REST.archive.add(archived(7, null));
    REST.core.runs.add(view(7, RunStatus.RUNNING, running(7, 0), running(7, 1)));
    REST.outputs.put(new SegmentKey(7, 1, 1), CompletableFuture.completedFuture(lines("hello")));

    JsonNode status = status("{}");

    assertThat(status.at("/output/7/0").toString()).isEqualTo("{\"stdout\":[],\"stderr\":[]}");
    assertThat(status.at("/output/7/1000/stdout").toString()).isEqualTo("[\"hello\"]");
    assertThat(status.at("/info/output_unavailable").asText())
        .isEqualTo("{\"7\":{\"0\":\"w is away\"}}");
  }

  @Test
  void workerThatNeverAnswersDoesNotHoldTheAnswerForEver() {
    REST.archive.add(archived(7, null));
    REST.core.runs.add(view(7, RunStatus.RUNNING, running(7, 0)));
    REST.outputs.put(new SegmentKey(7, 1, 0), new CompletableFuture<>());

    JsonNode status = status("{}");

    assertThat(status.at("/output/7/0").toString()).isEqualTo("{\"stdout\":[],\"stderr\":[]}");
    assertThat(status.at("/info/output_unavailable").asText()).contains("did not answer within");
  }

  @Test
  void slowStatusesNeverDelayOtherRequests() throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(3);
    CountDownLatch release = new CountDownLatch(1);
    REST.beforeRead =
        () -> {
          reading.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    try {
      for (int i = 0; i < 3; i++) {
        var _ = REST.postLater("/show/proc/status", "{}");
      }
      reading.await();

      assertThat(REST.post("/kill/proc", "{}").data().path("run_ids").isEmpty()).isTrue();
      assertThat(REST.post("/has/proc", "{\"proc_name\":\"p\"}").status()).isEqualTo(200);
    } finally {
      release.countDown();
    }
  }

  @Test
  void selectionAndWaitReachTheCore() {
    status("{\"run_id\":\"7\",\"options\":{\"run_tag\":\"blue\",\"wait_ms\":\"600000\"}}");

    assertThat(REST.core.commands)
        .containsExactly(new Command.QueryRuns(new Selector(7L, "blue", "", ""), 600_000));
  }

  @Test
  void clearCompleteForgetsExactlyWhatItShowsAsOver() {
    REST.archive.add(archived(1, RunStatus.COMPLETE));
    REST.archive.add(archived(2, null));
    REST.archive.add(archived(3, RunStatus.ERROR));
    REST.core.runs.add(view(2, RunStatus.RUNNING, running(2, 0)));

    JsonNode status = status("{\"options\":{\"clear_complete\":\"true\"}}");

    assertThat(status.path("overall_statuses").toString())
        .isEqualTo("{\"1\":\"complete\",\"2\":\"running\",\"3\":\"error\"}");
    assertThat(REST.core.commands).contains(new Command.ClearRuns(ImmutableList.of(1L, 3L)));
  }

  @Test
  void nothingIsForgottenUnlessAskedFor() {
    REST.archive.add(archived(1, RunStatus.COMPLETE));

    status("{}");
    status("{\"options\":{\"clear_complete\":\"false\"}}");

    assertThat(REST.core.changes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"options\":{\"wait_ms\":\"600001\"}} | an integer from 0 to 600000",
        "{\"options\":{\"wait_ms\":\"-1\"}} | an integer from 0 to 600000",
        "{\"options\":{\"clear_complete\":\"1\"}} | must be true or false",
        "{\"options\":{\"clear\":\"true\"}} | valid are clear_complete, run_tag, wait_ms",
      })
  void badInputIsExplained(String body, String explanation) {
    RestHarness.Answered answered = REST.post("/show/proc/status", body);

    assertThat(answered.isCleanError()).as("%s", answered).isTrue();
    assertThat(answered.message()).contains(explanation);
    assertThat(REST.core.commands).isEmpty();
  }
}
