package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterShape;
import io.procgrid.it.Daemon;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import io.procgrid.it.torture.TortureCase;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Head and worker die at every step of executing, killing, starting with the cluster and clearing
 * (kubernetes#123839): whatever the moment, what was promised is kept, and nothing is there twice.
 *
 * <p>A row names each place that the operation is known to come to; one that it does not come to
 * fails.
 */
class CrashMatrixIT {
  private static final List<String> HEAD_PLACES =
      List.of(
          "before-persist-SegmentsFixed",
          "after-persist-SegmentsFixed",
          "before-persist-SegmentPlaced",
          "after-persist-SegmentPlaced",
          "before-SendStart",
          "received-StartAnswered",
          "received-SegmentStarted");
  private static final List<String> WORKER_PLACES =
      List.of(
          "received-Start",
          "before-journal-Accepted",
          "after-journal-Accepted",
          "before-answer-StartsAnswered",
          "before-Launch",
          "received-Launched",
          "before-journal-ProcessRecorded",
          "after-journal-ProcessRecorded",
          "before-Release",
          "before-report-Started");

  private static TestCluster cluster;

  /** One place at which one daemon dies. */
  record Crash(
      String operation,
      String daemon,
      String place,
      Function<TestCluster, CrashedOperation> prepared) {
    @Override
    public String toString() {
      return "%s: %s dies %s".formatted(operation, daemon, place);
    }
  }

  static Stream<Crash> crashes() {
    return Stream.of(
            rows("execute", "head", CrashedExecute::new, HEAD_PLACES),
            rows(
                "execute",
                "head",
                CrashedExecute::new,
                List.of(
                    "received-Execute",
                    "before-persist-RunCreated",
                    "after-persist-RunCreated",
                    "before-answer-Accepted")),
            rows("execute", "worker-2", CrashedExecute::new, WORKER_PLACES),
            rows(
                "kill",
                "head",
                CrashedKill::new,
                List.of(
                    "received-KillRuns",
                    "before-persist-KillIntended",
                    "before-SendKill",
                    "after-persist-KillIntended",
                    "received-SegmentTerminated",
                    "before-persist-SegmentEnded",
                    "after-persist-SegmentEnded",
                    "before-persist-RunEnded",
                    "after-persist-RunEnded",
                    "before-answer-Killed")),
            rows(
                "kill",
                "worker-2",
                CrashedKill::new,
                List.of(
                    "received-Kill",
                    "before-KillTree",
                    "before-journal-Tombstoned",
                    "after-journal-Tombstoned",
                    "received-TreeDead",
                    "before-journal-Ended",
                    "after-journal-Ended",
                    "before-report-Proven",
                    "before-report-Terminated")),
            rows("start", "head", CrashedAutoStart::new, HEAD_PLACES),
            rows(
                "start",
                "head",
                CrashedAutoStart::new,
                List.of("before-persist-AutoStartTaken", "after-persist-AutoStartTaken")),
            rows("start", "worker-2", CrashedAutoStart::new, WORKER_PLACES),
            rows(
                "clear",
                "head",
                CrashedClear::new,
                List.of(
                    "received-SegmentTerminated",
                    "before-persist-SegmentEnded",
                    "after-persist-SegmentEnded",
                    "after-persist-RunEnded",
                    "before-CollectOutput",
                    "before-persist-OutputSaved",
                    "after-persist-OutputSaved",
                    "before-SendForget",
                    "received-Forgotten",
                    "received-ClearRuns",
                    "before-persist-RunsCleared",
                    "after-persist-RunsCleared")),
            rows(
                "clear",
                "worker-2",
                CrashedClear::new,
                List.of(
                    "received-LeaderExited",
                    "before-KillTree",
                    "received-TreeDead",
                    "before-journal-Ended",
                    "after-journal-Ended",
                    "before-report-Terminated",
                    "received-Forget",
                    "before-journal-Forgotten",
                    "after-journal-Forgotten",
                    "before-answer-ForgetAnswered")))
        .flatMap(List::stream);
  }

  private static List<Crash> rows(
      String operation,
      String daemon,
      Function<TestCluster, CrashedOperation> prepared,
      List<String> places) {
    return places.stream().map(place -> new Crash(operation, daemon, place, prepared)).toList();
  }

  @BeforeAll
  static void start() {
    cluster =
        TestCluster.start(
            ClusterShape.USUAL.withFailpoints().withHead("--cluster-start-wait-ms", "86400000"));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @TortureCase(number = 29, report = "kubernetes#123839")
  @ParameterizedTest(name = "{0}")
  @MethodSource("crashes")
  void whatWasPromisedIsKeptAndNothingIsThereTwice(Crash crash) {
    cluster.startAll();
    CrashedOperation operation = crash.prepared().apply(cluster);
    operation.prepare();
    Daemon daemon = crash.daemon().equals("head") ? cluster.head() : cluster.worker(2);
    cluster.arm(daemon, crash.place());
    operation.act();
    Waiting.until(() -> !daemon.isRunning());
    assertThat(daemon.awaitExit()).isEqualTo(137);

    cluster.startAll();
    operation.verify();
  }
}
