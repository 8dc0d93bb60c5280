package io.procgrid.worker.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.proto.v1.Address;
import io.procgrid.proto.v1.ConnectRequest;
import io.procgrid.proto.v1.ForgetOrder;
import io.procgrid.proto.v1.ForgetRequest;
import io.procgrid.proto.v1.ForgetResponse;
import io.procgrid.proto.v1.InventoryEntry;
import io.procgrid.proto.v1.KillAllRequest;
import io.procgrid.proto.v1.KillFacts;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.proto.v1.Outcome;
import io.procgrid.proto.v1.OutcomeKind;
import io.procgrid.proto.v1.OutputChunk;
import io.procgrid.proto.v1.ReadOutputRequest;
import io.procgrid.proto.v1.SegmentState;
import io.procgrid.proto.v1.StartDecision;
import io.procgrid.proto.v1.WatchRequest;
import io.procgrid.proto.v1.WatchResponse;
import io.procgrid.worker.process.linux.ProcessStat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker's service with real processes, as a head sees it. */
class WorkerServiceTest {
  private static final SegmentKey SEGMENT = new SegmentKey(7, 1, 0);

  @TempDir Path directory;
  private ServedWorker worker;
  private String hash;

  @BeforeEach
  void serve() throws Exception {
    worker = new ServedWorker(directory);
    worker.connect();
    hash = worker.putBundle(Map.of("data/file.txt", "content"));
  }

  @AfterEach
  void killAllAndClose() throws Exception {
    killAll();
    worker.close();
    assertThat(worker.failure.get()).isNull();
  }

  private ImmutableList<KillProgress> killAll() {
    return ImmutableList.copyOf(
        worker.stub.killAll(
            KillAllRequest.newBuilder()
                .setClusterId(ServedWorker.CLUSTER)
                .setWorkerIdentity(worker.identity.value())
                .setFacts(KillFacts.newBuilder().setOrigin("the test"))
                .build()));
  }

  private SegmentSpec shell(String script) {
    return ServedWorker.spec(hash, "sh", List.of("-c", script));
  }

  private Outcome awaitOver(SegmentKey segment) {
    await().until(() -> worker.inventory(segment).getState() == SegmentState.SEGMENT_STATE_OVER);
    return worker.inventory(segment).getOutcome();
  }

  private InventoryEntry awaitRunning(SegmentKey segment) {
    await().until(() -> worker.inventory(segment).getState() == SegmentState.SEGMENT_STATE_RUNNING);
    return worker.inventory(segment);
  }

  private String stdout(SegmentKey segment, int lines) {
    StringBuilder text = new StringBuilder();
    worker
        .stub
        .readOutput(
            ReadOutputRequest.newBuilder()
                .setTo(worker.to())
                .setSegment(WireCodec.encode(segment))
                .setMaxLines(lines)
                .build())
        .forEachRemaining((OutputChunk chunk) -> {
          for (ByteString line : chunk.getLinesList()) {
            text.append(chunk.getStderr() ? "! " : "").append(line.toStringUtf8()).append('|');
          }
        });
    return text.toString();
  }

  @Test
  void runsAProgramToItsOwnResult() {
    assertThat(worker.start(SEGMENT, shell("echo hello; echo trouble >&2; exit 3")).getDecision())
        .isEqualTo(StartDecision.START_DECISION_ACCEPTED);

    Outcome outcome = awaitOver(SEGMENT);

    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.OUTCOME_KIND_ENDED);
    assertThat(outcome.getStatus().getExited()).isEqualTo(3);
    assertThat(outcome.hasKill()).isFalse();
    assertThat(stdout(SEGMENT, 10)).isEqualTo("hello|! trouble|");
    assertThat(directory.resolve("journal/7-1-0/work")).doesNotExist();
  }

  @Test
  void killIsAnsweredWithProofAndFacts() {
    worker.start(SEGMENT, shell("sleep 600 & sleep 601"));
    long pid = awaitRunning(SEGMENT).getPid();

    ImmutableList<KillProgress> steps = worker.kill(SEGMENT);

    assertThat(steps).hasSize(1);
    Outcome outcome = steps.getFirst().getTerminated().getOutcome();
    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.OUTCOME_KIND_KILLED);
    assertThat(outcome.getStatus().getSignalled()).isEqualTo(9);
    assertThat(outcome.getKill().getUser()).isEqualTo("alice");
    assertThat(ProcessStat.isDead(pid)).isTrue();
    assertThat(worker.kill(SEGMENT).getFirst().getTerminated().getOutcome()).isEqualTo(outcome);
  }

  @Test
  void killOfAnUnknownSegmentKeepsItFromEverStarting() {
    assertThat(worker.kill(SEGMENT).getFirst().getTerminated().getOutcome().getKind())
        .isEqualTo(OutcomeKind.OUTCOME_KIND_NEVER_STARTED);

    assertThat(worker.start(SEGMENT, shell("exit 0")).getDecision())
        .isEqualTo(StartDecision.START_DECISION_TOMBSTONE);
  }

  @Test
  void killRacingTheStartLeavesNothingAlive() {
    for (int run = 1; run <= 30; run++) {
      SegmentKey segment = new SegmentKey(100 + run, 1, 0);
      worker.start(segment, shell("sleep 600"));
      assertThat(worker.kill(segment).getFirst().hasTerminated()).isTrue();
    }
    assertThat(worker.inventory())
        .allMatch(entry -> entry.getState() == SegmentState.SEGMENT_STATE_OVER);
  }

  @Test
  void whatTheLeaderLeavesBehindIsKilledAndCounted() {
    worker.start(SEGMENT, shell("sleep 600 & sleep 600 & exit 0"));

    Outcome outcome = awaitOver(SEGMENT);

    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.OUTCOME_KIND_ENDED);
    assertThat(outcome.getStatus().getExited()).isZero();
    assertThat(outcome.getDetail()).isEqualTo("2 processes that it left behind were killed");
  }

  @Test
  void waitsForTheTreeWhenAskedTo() throws Exception {
    Path gate = directory.resolve("gate");
    SegmentSpec spec =
        new SegmentSpec(
            "a proc",
            "0",
            1,
            hash,
            "sh",
            List.of(
                "-c", "(while ! test -e " + gate + "; do sleep 0.05; done; echo late) & exit 4"),
            Map.of(),
            Map.of(),
            true,
            100);
    worker.start(SEGMENT, spec);
    awaitRunning(SEGMENT);
    Files.createFile(gate);

    Outcome outcome = awaitOver(SEGMENT);

    assertThat(outcome.getStatus().getExited()).isEqualTo(4);
    assertThat(stdout(SEGMENT, 10)).isEqualTo("late|");
  }

  @Test
  void commandThatIsNotFoundEndsTheSegmentWithAReason() {
    worker.start(SEGMENT, ServedWorker.spec(hash, "./missing", List.of()));

    Outcome outcome = awaitOver(SEGMENT);

    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.OUTCOME_KIND_START_FAILED);
    assertThat(outcome.getDetail()).contains("./missing").contains("data/file.txt");
  }

  @Test
  void procSeesItsOwnEnvironmentAndCopiesOfItsFiles() throws Exception {
    SegmentSpec spec =
        new SegmentSpec(
            "a proc",
            "2000",
            5,
            hash,
            "sh",
            List.of("-c", "env | sort; cat data/file.txt; pwd"),
            Map.of("my-param", "value"),
            Map.of("EXTRA", "more"),
            false,
            100);
    worker.start(SEGMENT, spec);
    awaitOver(SEGMENT);

    String output = stdout(SEGMENT, 100);
    assertThat(output)
        .contains("PROCGRID_RUN_ID=7|", "PROCGRID_PROC_NAME=a proc|", "PROCGRID_SEGMENT_ID=2000|")
        .contains("PROCGRID_SEGMENT_NUMBER=0|", "PROCGRID_SEGMENT_COUNT=5|")
        .contains("PROCGRID_PARAM_MY_PARAM=value|", "EXTRA=more|", "HOME=/root|", "content")
        .doesNotContain("SECRET");
  }

  @Test
  void refusesWhatIsNotForIt() {
    Address other = worker.to().toBuilder().setWorkerInstance("another").build();
    assertRefused(other, "instance");
    assertRefused(worker.to().toBuilder().setClusterId("another").build(), "cluster");
    assertRefused(worker.to().toBuilder().setWorkerIdentity("another").build(), "journal");
  }

  @Test
  void refusesOlderEpochsAndTheSameCountWithAnotherNonce() {
    worker.epoch(5);
    worker.connect();
    Address older = worker.to().toBuilder().build();
    worker.epoch(4);
    assertRefused(worker.to(), "epoch 4 is over");
    assertRefused(
        older.toBuilder()
            .setEpoch(older.getEpoch().toBuilder().setNonce("restored from a backup"))
            .build(),
        "restored from a backup");
  }

  private void assertRefused(Address to, String why) {
    assertThatThrownBy(() -> worker.stub.connect(ConnectRequest.newBuilder().setTo(to).build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith(Status.Code.FAILED_PRECONDITION.name())
        .hasMessageContaining(why);
  }

  @Test
  void bundleWhoseContentIsNotWhatItsNameSaysIsRefused() {
    assertThatThrownBy(() -> worker.putBundle("0".repeat(64), ServedWorker.zip(Map.of("a", "b"))))
        .hasMessageContaining("send it again");
    assertThat(worker.connect().getBundlesList())
        .containsExactlyInAnyOrder(hash, SegmentSpec.NO_FILES);
  }

  @Test
  void bundleThatLeavesItsFolderIsRefused() throws Exception {
    byte[] zip = ServedWorker.zip(Map.of("../../evil", "x"));
    String name = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(zip));

    assertThatThrownBy(() -> worker.putBundle(name, zip)).hasMessageContaining("../../evil");
    assertThat(worker.connect().getBundlesList())
        .containsExactlyInAnyOrder(hash, SegmentSpec.NO_FILES);
  }

  @Test
  void procWithoutFilesNeedsNothingOnTheDisk() throws Exception {
    assertThat(
            worker
                .start(SEGMENT, ServedWorker.spec(SegmentSpec.NO_FILES, "sh", List.of("-c", "ls")))
                .getDecision())
        .isEqualTo(StartDecision.START_DECISION_ACCEPTED);
    assertThat(awaitOver(SEGMENT).getStatus().getExited()).isEqualTo(0);
    assertThat(stdout(SEGMENT, 10)).isEmpty();
    // Sent all the same, by a head that was told to send again what a Start was rejected for.
    assertThat(worker.putBundle(Map.of())).isEqualTo(SegmentSpec.NO_FILES);
    try (Stream<Path> files = Files.list(directory.resolve("bundles"))) {
      assertThat(files.map(Path::getFileName)).containsExactly(Path.of(hash + ".zip"));
    }
  }

  @Test
  void startWithoutItsBundleIsRejected() {
    var answer = worker.start(SEGMENT, ServedWorker.spec("f".repeat(64), "sh", List.of()));

    assertThat(answer.getDecision()).isEqualTo(StartDecision.START_DECISION_REJECTED);
    assertThat(answer.getDetail()).contains("PutBundle");
  }

  @Test
  void watchTellsStartAndEndInOrderAndANewerOneEndsTheOlder() throws Exception {
    Watcher first = watch(0);
    worker.start(SEGMENT, shell("exit 0"));
    awaitOver(SEGMENT);

    assertThat(first.nextEvent().getWhatCase()).isEqualTo(WatchResponse.WhatCase.STARTED);
    assertThat(first.nextEvent().getWhatCase()).isEqualTo(WatchResponse.WhatCase.TERMINATED);

    Watcher second = watch(1);
    WatchResponse again = second.nextEvent();
    assertThat(again.getNumber()).isEqualTo(2);
    assertThat(again.getWhatCase()).isEqualTo(WatchResponse.WhatCase.TERMINATED);
    await().until(() -> first.completed);
    await().until(() -> second.heartbeats.get() > 0);
  }

  private static final class Watcher implements StreamObserver<WatchResponse> {
    private final BlockingQueue<WatchResponse> events = new LinkedBlockingQueue<>();
    private volatile boolean completed;
    private final AtomicInteger heartbeats = new AtomicInteger();

    @Override
    public void onNext(WatchResponse response) {
      if (response.hasHeartbeat()) {
        heartbeats.incrementAndGet();
      } else {
        events.add(response);
      }
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {
      completed = true;
    }

    WatchResponse nextEvent() throws InterruptedException {
      WatchResponse event = events.poll(10, TimeUnit.SECONDS);
      assertThat(event).isNotNull();
      return event;
    }
  }

  private Watcher watch(long acknowledged) {
    Watcher watcher = new Watcher();
    worker
        .asyncStub
        .watch(watcher)
        .onNext(WatchRequest.newBuilder().setTo(worker.to()).setAcknowledged(acknowledged).build());
    return watcher;
  }

  @Test
  void forgetsWhatIsOverAndNothingElse() {
    SegmentKey live = new SegmentKey(8, 1, 0);
    worker.start(SEGMENT, shell("exit 0"));
    worker.start(live, shell("sleep 600"));
    awaitOver(SEGMENT);

    ForgetResponse response = forget(SEGMENT, 2);
    assertThat(response.getForgottenList()).containsExactly(WireCodec.encode(SEGMENT));
    assertThat(forget(live, 2).getKeptList()).containsExactly(WireCodec.encode(live));
    assertThat(directory.resolve("journal/7-1-0")).doesNotExist();
    assertThat(worker.inventory()).extracting(e -> e.getSegment().getRunId()).containsExactly(8L);
    assertThatThrownBy(() -> stdout(SEGMENT, 1)).hasMessageStartingWith("NOT_FOUND");
  }

  private ForgetResponse forget(SegmentKey segment, long lastDispatchNumber) {
    return worker.stub.forget(
        ForgetRequest.newBuilder()
            .setTo(worker.to())
            .addOrders(
                ForgetOrder.newBuilder()
                    .setSegment(WireCodec.encode(segment))
                    .setLastDispatchNumber(lastDispatchNumber))
            .build());
  }

  @Test
  void killAllKillsEverythingWithoutAnEpoch() {
    for (int run = 1; run <= 5; run++) {
      worker.start(new SegmentKey(run, 1, 0), shell("sleep 600"));
    }

    assertThat(killAll()).hasSize(5).allMatch(KillProgress::hasTerminated);
    assertThat(worker.inventory())
        .hasSize(5)
        .allMatch(entry -> entry.getState() == SegmentState.SEGMENT_STATE_OVER);
  }

  @Test
  void restartedWorkerTakesOverWhatRunsAndCanKillIt() throws Exception {
    worker.start(SEGMENT, shell("sleep 600"));
    long pid = awaitRunning(SEGMENT).getPid();
    worker.close();
    worker = new ServedWorker(directory);
    worker.connect();

    InventoryEntry entry = awaitRunning(SEGMENT);
    assertThat(entry.getPid()).isEqualTo(pid);
    Outcome outcome = worker.kill(SEGMENT).getFirst().getTerminated().getOutcome();

    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.OUTCOME_KIND_KILLED);
  }

  /** What a file takes on the disk, bytes. */
  private static long allocated(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes(), UTF_8).strip());
  }

  @Test
  void outputOfWhatRunsIsBoundedAlsoAfterARestart() throws Exception {
    Path gate = directory.resolve("gate");
    Path stdout = directory.resolve("journal/7-1-0/stdout");
    Path stderr = directory.resolve("journal/7-1-0/stderr");
    long bound = ServedWorker.KEPT_OUTPUT_BYTES * 5 / 4;
    String script =
        "head -c 5000000 /dev/zero; while ! test -e GATE; do sleep 0.05; done;"
            + " head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2; sleep 600";
    worker.start(SEGMENT, shell(script.replace("GATE", gate.toString())));
    await().until(() -> Files.exists(stdout) && Files.size(stdout) == 5_000_000);
    await().until(() -> allocated(stdout) < bound);

    worker.close();
    worker = new ServedWorker(directory);
    worker.connect();
    Files.createFile(gate);
    await().until(() -> Files.size(stderr) == 5_000_000);
    await().until(() -> allocated(stdout) < bound && allocated(stderr) < bound);

    assertThat(Files.size(stdout)).isEqualTo(10_000_000);
    assertThat(awaitRunning(SEGMENT).getPid()).isPositive();
  }

  @Test
  void restartedWorkerKeepsTombstonesAndEnds() throws Exception {
    SegmentKey never = new SegmentKey(9, 1, 0);
    worker.start(SEGMENT, shell("exit 5"));
    Outcome outcome = awaitOver(SEGMENT);
    worker.kill(never);
    worker.close();
    worker = new ServedWorker(directory);
    worker.connect();

    assertThat(worker.inventory(SEGMENT).getOutcome()).isEqualTo(outcome);
    worker.epoch(2);
    worker.connect();
    assertThat(worker.start(never, shell("exit 0")).getDecision())
        .isEqualTo(StartDecision.START_DECISION_TOMBSTONE);
    assertThat(worker.start(SEGMENT, shell("exit 0")).getDecision())
        .isEqualTo(StartDecision.START_DECISION_ALREADY_ACCEPTED);
  }
}
