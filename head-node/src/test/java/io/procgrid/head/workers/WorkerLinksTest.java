package io.procgrid.head.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import io.grpc.Status;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.proto.v1.InventoryEntry;
import io.procgrid.proto.v1.KillPending;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.proto.v1.SegmentState;
import io.procgrid.proto.v1.StartRequest;
import io.procgrid.proto.v1.Started;
import io.procgrid.proto.v1.Terminated;
import io.procgrid.proto.v1.WatchResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerLinksTest {
  private static final WorkerIdentity IDENTITY = new WorkerIdentity("journal-1");
  private static final WorkerInstance INSTANCE = new WorkerInstance("process-1");
  private static final KillFacts FACTS = new KillFacts("", 7, "a test");
  private static final Outcome KILLED =
      new Outcome(Outcome.Kind.KILLED, new ExitStatus.Signalled(9), "", 1, 2, 3, FACTS);

  /** Silence counts soon, everything else late: only what a test is about can run out of time. */
  private static final LinkTiming QUICK_SILENCE = timing(60_000, 300);

  private static final LinkTiming PATIENT = timing(60_000, 60_000);

  private final List<HeadEvent> events = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final byte[] archive = new byte[1_300_000];
  private ClusterSecret secret;
  private FakeWorker worker;
  private WorkerLinks links;

  @TempDir Path directory;

  private static LinkTiming timing(long call, long silence) {
    return new LinkTiming(call, call, call, call, call, call, silence, 5, 20);
  }

  @BeforeEach
  void startWorker() throws IOException {
    new Random(1).nextBytes(archive);
    secret = ClusterSecret.readOrCreate(directory.resolve("cluster.secret"));
    worker = new FakeWorker(secret, 0);
    links = open(PATIENT);
  }

  private WorkerLinks open(LinkTiming timing) {
    return new WorkerLinks(
        new LinkEnvironment(
            new ClusterId("cluster-1"),
            secret,
            hash -> hash.equals("b1") ? Optional.of(archive) : Optional.empty(),
            events::add,
            Thread::startVirtualThread,
            timer,
            timing));
  }

  @AfterEach
  void stop() {
    links.close();
    worker.close();
    timer.shutdownNow();
  }

  private HeadEffect.Dial dial(WorkerInstance instance) {
    return new HeadEffect.Dial(IDENTITY, instance, worker.address(), 3, new Epoch(5, "n"));
  }

  private void connect() {
    links.send(dial(INSTANCE));
    awaitEvents(HeadEvent.LinkUp.class, 1);
    await().until(() -> !worker.acknowledgements.isEmpty());
  }

  private <E extends HeadEvent> List<E> events(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private <E extends HeadEvent> List<E> awaitEvents(Class<E> type, int count) {
    await().until(() -> events(type).size() >= count);
    return events(type);
  }

  private static SegmentKey key(long run) {
    return new SegmentKey(run, 1, 0);
  }

  private static HeadEffect.StartOrder order(long run, int parameterBytes) {
    SegmentSpec spec =
        new SegmentSpec(
            "p",
            "0",
            1,
            "b1",
            "./x",
            List.of(),
            Map.of("large", "x".repeat(parameterBytes)),
            Map.of(),
            false,
            100);
    return new HeadEffect.StartOrder(key(run), run, spec);
  }

  private static HeadEffect.SendStart start(HeadEffect.StartOrder... orders) {
    return new HeadEffect.SendStart(IDENTITY, INSTANCE, ImmutableList.copyOf(orders));
  }

  private static HeadEffect.SendKill kill(long... runs) {
    ImmutableList.Builder<HeadEffect.KillOrder> orders = ImmutableList.builder();
    for (long run : runs) {
      orders.add(new HeadEffect.KillOrder(key(run), FACTS));
    }
    return new HeadEffect.SendKill(IDENTITY, INSTANCE, orders.build());
  }

  private static Terminated terminated(long run) {
    return Terminated.newBuilder()
        .setSegment(WireCodec.encode(key(run)))
        .setOutcome(WireCodec.encode(KILLED))
        .build();
  }

  private static WatchResponse started(long number, long run) {
    return WatchResponse.newBuilder()
        .setNumber(number)
        .setStarted(Started.newBuilder().setSegment(WireCodec.encode(key(run))).setPid(99))
        .build();
  }

  @Test
  void connectNamesClusterJournalProcessAndTerm() {
    connect();
    HeadEvent.LinkUp up = events(HeadEvent.LinkUp.class).getFirst();
    assertThat(up)
        .isEqualTo(
            new HeadEvent.LinkUp(
                IDENTITY, INSTANCE, new Epoch(5, "n"), 41, ImmutableList.of("b0")));
    var request = worker.connects.getFirst();
    assertThat(request.getWorkerNumber()).isEqualTo(3);
    assertThat(request.getTo().getClusterId()).isEqualTo("cluster-1");
    assertThat(request.getTo().getWorkerIdentity()).isEqualTo("journal-1");
    assertThat(request.getTo().getWorkerInstance()).isEqualTo("process-1");
    assertThat(request.getTo().getEpoch().getCounter()).isEqualTo(5);
  }

  @Test
  void dialsAgainUntilTheWorkerIsThere() throws IOException {
    int port = worker.port();
    HeadEffect.Dial dial = dial(INSTANCE);
    worker.close();
    links.send(dial);
    HeadEvent.LinkDown down = awaitEvents(HeadEvent.LinkDown.class, 1).getFirst();
    assertThat(down.reason()).contains("worker 3 at 127.0.0.1:" + port, "nothing listens there");
    worker = new FakeWorker(secret, port);
    awaitEvents(HeadEvent.LinkUp.class, 1);
  }

  @Test
  void sameReasonIsToldOnce() {
    worker.connectStatus = Status.FAILED_PRECONDITION.withDescription("not me");
    links.send(dial(INSTANCE));
    await().until(() -> worker.connects.size() >= 4);
    assertThat(events(HeadEvent.LinkDown.class)).hasSize(1);
    assertThat(events(HeadEvent.LinkDown.class).getFirst().reason()).contains("refused: not me");
    assertThat(events(HeadEvent.LinkUp.class)).isEmpty();
  }

  @Test
  void lossIsToldOnceAndTheLinkComesBack() throws IOException {
    connect();
    int port = worker.port();
    worker.close();
    awaitEvents(HeadEvent.LinkDown.class, 1);
    worker = new FakeWorker(secret, port);
    awaitEvents(HeadEvent.LinkUp.class, 2);
    List<HeadEvent> sequence = List.copyOf(events);
    assertThat(sequence.getFirst()).isInstanceOf(HeadEvent.LinkUp.class);
    assertThat(sequence.get(1)).isInstanceOf(HeadEvent.LinkDown.class);
    assertThat(sequence.getLast()).isInstanceOf(HeadEvent.LinkUp.class);
  }

  @Test
  void silentPeerIsLostAndDialledAgain() {
    links.close();
    links = open(QUICK_SILENCE);
    links.send(dial(INSTANCE));
    HeadEvent.LinkDown down = awaitEvents(HeadEvent.LinkDown.class, 1).getFirst();
    assertThat(down.reason()).contains("silent for 300 ms");
    awaitEvents(HeadEvent.LinkUp.class, 2);
  }

  @Test
  void peerThatNeverAnswersConnectIsToldAsDown() {
    links.close();
    links = open(timing(200, 60_000));
    worker.answersConnect = false;
    links.send(dial(INSTANCE));
    HeadEvent.LinkDown down = awaitEvents(HeadEvent.LinkDown.class, 1).getFirst();
    assertThat(down.reason()).contains("did not answer in time");
  }

  @Test
  void dialOfStandingConnectionLeavesItAlone() {
    connect();
    links.send(dial(INSTANCE));
    links.send(start(order(1, 1)));
    awaitEvents(HeadEvent.StartAnswered.class, 1);
    assertThat(worker.connects).hasSize(1);
    assertThat(events(HeadEvent.LinkDown.class)).isEmpty();
  }

  @Test
  void newProcessOfTheWorkerReplacesTheOld() {
    connect();
    WorkerInstance second = new WorkerInstance("process-2");
    links.send(dial(second));
    List<HeadEvent.LinkUp> ups = awaitEvents(HeadEvent.LinkUp.class, 2);
    assertThat(ups.getLast().instance()).isEqualTo(second);
    links.send(start(order(1, 1)));
    links.send(new HeadEffect.SendStart(IDENTITY, second, ImmutableList.of(order(2, 1))));
    awaitEvents(HeadEvent.StartAnswered.class, 1);
    assertThat(worker.starts)
        .allSatisfy(
            request -> assertThat(request.getTo().getWorkerInstance()).isEqualTo("process-2"));
    assertThat(worker.starts).hasSize(1);
  }

  @Test
  void sameProcessAtAnotherAddressIsALossOfTheFormerConnection() throws IOException {
    connect();
    try (FakeWorker moved = new FakeWorker(secret, 0)) {
      links.send(new HeadEffect.Dial(IDENTITY, INSTANCE, moved.address(), 3, new Epoch(5, "n")));
      awaitEvents(HeadEvent.LinkUp.class, 2);
      assertThat(events(HeadEvent.LinkDown.class)).hasSize(1);
      assertThat(events.get(1)).isInstanceOf(HeadEvent.LinkDown.class);
      assertThat(moved.connects).hasSize(1);
    }
  }

  @Test
  void afterHangUpNothingIsDialled() {
    connect();
    links.send(new HeadEffect.HangUp(IDENTITY, INSTANCE));
    links.send(new HeadEffect.PutBundle(IDENTITY, INSTANCE, "b1"));
    awaitEvents(HeadEvent.BundleFailed.class, 1);
    worker.close();
    assertThat(events(HeadEvent.LinkDown.class)).isEmpty();
    assertThat(worker.connects).hasSize(1);
  }

  @Test
  void refusalOfAnyCallEndsTheConnection() {
    connect();
    worker.startStatus = Status.FAILED_PRECONDITION.withDescription("epoch 5 is older than 6");
    links.send(start(order(1, 1)));
    HeadEvent.LinkDown down = awaitEvents(HeadEvent.LinkDown.class, 1).getFirst();
    assertThat(down.reason()).contains("epoch 5 is older than 6");
    assertThat(events(HeadEvent.StartUnanswered.class)).isEmpty();
  }

  @Test
  void startWithoutAnswerIsToldAsUnknown() {
    connect();
    worker.startStatus = Status.INTERNAL.withDescription("disk");
    links.send(start(order(1, 1), order(2, 1)));
    HeadEvent.StartUnanswered unanswered =
        awaitEvents(HeadEvent.StartUnanswered.class, 1).getFirst();
    assertThat(unanswered.segments()).containsExactly(key(1), key(2));
    assertThat(unanswered.reason()).contains("disk");
    assertThat(events(HeadEvent.LinkDown.class)).isEmpty();
  }

  @Test
  void startsAreSplitAndStayInOrder() {
    connect();
    int half = 600_000;
    links.send(start(order(1, half), order(2, half), order(3, half), order(4, 10)));
    await()
        .until(() ->
            events(HeadEvent.StartAnswered.class).stream()
                    .mapToInt(event -> event.answers().size())
                    .sum()
                == 4);
    for (StartRequest request : worker.starts) {
      assertThat(request.getSerializedSize()).isLessThan(MessageSplit.TARGET_BYTES + 1000);
    }
    assertThat(worker.starts).hasSize(3);
  }

  @Test
  void startLargerThanAnyMessageIsRejectedWithItsSize() {
    connect();
    links.send(start(order(1, MessageSplit.MOST_BYTES), order(2, 1)));
    await().until(() -> events(HeadEvent.StartAnswered.class).size() == 2);
    HeadEvent.StartAnswer rejected =
        events(HeadEvent.StartAnswered.class).getFirst().answers().getFirst();
    assertThat(rejected.segment()).isEqualTo(key(1));
    assertThat(rejected.decision()).isEqualTo(HeadEvent.StartAnswer.Decision.REJECTED);
    assertThat(rejected.detail()).contains("at most 3145728");
    assertThat(worker.starts).hasSize(1);
  }

  @Test
  void eachProofIsToldAtOnceAndTheRestAsUnanswered() {
    connect();
    links.send(kill(1, 2, 3));
    await().until(() -> !worker.kills.isEmpty());
    assertThat(worker.killRequests.getFirst().getOrders(0).getFacts())
        .isEqualTo(WireCodec.encode(FACTS));
    var stream = worker.kills.getFirst();
    stream.onNext(KillProgress.newBuilder().setTerminated(terminated(2)).build());
    awaitEvents(HeadEvent.SegmentTerminated.class, 1);
    stream.onNext(
        KillProgress.newBuilder()
            .setPending(
                KillPending.newBuilder()
                    .setSegment(WireCodec.encode(key(1)))
                    .setReason("pid 7 in state D"))
            .build());
    awaitEvents(HeadEvent.KillBlocked.class, 1);
    stream.onNext(KillProgress.newBuilder().setTerminated(terminated(1)).build());
    awaitEvents(HeadEvent.SegmentTerminated.class, 2);
    assertThat(events(HeadEvent.KillUnanswered.class)).isEmpty();
    stream.onError(Status.INTERNAL.withDescription("journal").asRuntimeException());
    HeadEvent.KillUnanswered rest = awaitEvents(HeadEvent.KillUnanswered.class, 1).getFirst();
    assertThat(rest.segments()).containsExactly(key(3));
    assertThat(events(HeadEvent.KillBlocked.class).getFirst().reason())
        .isEqualTo("pid 7 in state D");
  }

  @Test
  void oneHungKillDoesNotHoldUpAnother() {
    connect();
    links.send(kill(1));
    await().until(() -> worker.kills.size() == 1);
    links.send(kill(2));
    await().until(() -> worker.kills.size() == 2);
    worker.kills.get(1).onNext(KillProgress.newBuilder().setTerminated(terminated(2)).build());
    assertThat(awaitEvents(HeadEvent.SegmentTerminated.class, 1).getFirst().segment())
        .isEqualTo(key(2));
  }

  @Test
  void unreadableProofIsNeverTakenForOne() {
    connect();
    links.send(kill(1));
    await().until(() -> worker.kills.size() == 1);
    worker
        .kills
        .getFirst()
        .onNext(
            KillProgress.newBuilder()
                .setTerminated(Terminated.newBuilder().setSegment(WireCodec.encode(key(1))))
                .build());
    assertThat(awaitEvents(HeadEvent.KillUnanswered.class, 1).getFirst().segments())
        .containsExactly(key(1));
    assertThat(events(HeadEvent.SegmentTerminated.class)).isEmpty();
  }

  @Test
  void watchEventsAreToldInOrderAndAcknowledged() {
    connect();
    for (int number = 1; number <= 64; number++) {
      worker.tell(started(number, number));
    }
    await().until(() -> worker.acknowledgements.getLast().getAcknowledged() == 64);
    assertThat(events(HeadEvent.SegmentStarted.class))
        .extracting(event -> event.segment().runId())
        .containsExactlyElementsOf(java.util.stream.LongStream.rangeClosed(1, 64).boxed().toList());
    worker.tell(WatchResponse.newBuilder().setNumber(65).setTerminated(terminated(5)).build());
    worker.heartbeat(65, true);
    worker.heartbeat(65, true);
    worker.heartbeat(65, false);
    await().until(() -> worker.acknowledgements.getLast().getAcknowledged() == 65);
    awaitEvents(HeadEvent.DegradedChanged.class, 2);
    assertThat(events(HeadEvent.DegradedChanged.class))
        .extracting(HeadEvent.DegradedChanged::degraded)
        .containsExactly(true, false);
    assertThat(events(HeadEvent.SegmentTerminated.class).getFirst().outcome()).isEqualTo(KILLED);
  }

  @Test
  void missingEventMakesTheLinkCompareInventoriesAnew() {
    connect();
    worker.tell(started(7, 1));
    awaitEvents(HeadEvent.SegmentStarted.class, 1);
    worker.tell(started(9, 2));
    assertThat(awaitEvents(HeadEvent.LinkDown.class, 1).getFirst().reason())
        .contains("dropped events (9 follows 7)");
    awaitEvents(HeadEvent.LinkUp.class, 2);
    assertThat(events(HeadEvent.SegmentStarted.class)).hasSize(1);
  }

  @Test
  void inventoryComesAsAWhole() {
    connect();
    worker.inventory.add(
        InventoryEntry.newBuilder()
            .setSegment(WireCodec.encode(key(1)))
            .setState(SegmentState.SEGMENT_STATE_RUNNING)
            .setPid(12)
            .setStartedAtMillis(34)
            .setKillPending(true)
            .build());
    worker.inventory.add(
        InventoryEntry.newBuilder()
            .setSegment(WireCodec.encode(key(2)))
            .setState(SegmentState.SEGMENT_STATE_OVER)
            .setOutcome(WireCodec.encode(KILLED))
            .build());
    links.send(new HeadEffect.FetchInventory(IDENTITY, INSTANCE));
    HeadEvent.InventoryReceived received =
        awaitEvents(HeadEvent.InventoryReceived.class, 1).getFirst();
    assertThat(received.items())
        .containsExactly(
            new HeadEvent.InventoryItem(
                key(1), HeadEvent.InventoryItem.State.RUNNING, null, 12, 34, true, null),
            new HeadEvent.InventoryItem(
                key(2), HeadEvent.InventoryItem.State.OVER, KILLED, 0, 0, false, null));
  }

  @Test
  void unreadableInventoryIsNeverTakenForAnEmptyOne() {
    connect();
    worker.inventory.add(InventoryEntry.newBuilder().setSegment(WireCodec.encode(key(1))).build());
    links.send(new HeadEffect.FetchInventory(IDENTITY, INSTANCE));
    awaitEvents(HeadEvent.LinkDown.class, 1);
    assertThat(events(HeadEvent.InventoryReceived.class)).isEmpty();
  }

  @Test
  void forgetTellsWhatIsGone() {
    connect();
    links.send(
        new HeadEffect.SendForget(
            IDENTITY, INSTANCE, ImmutableList.of(new HeadEffect.ForgetOrder(key(4), 17))));
    assertThat(awaitEvents(HeadEvent.Forgotten.class, 1).getFirst().forgotten())
        .containsExactly(key(4));
    assertThat(worker.forgets.getFirst().getOrders(0).getLastDispatchNumber()).isEqualTo(17);
  }

  @Test
  void filesArriveWholeInSmallChunksAndOnce() {
    connect();
    links.send(new HeadEffect.PutBundle(IDENTITY, INSTANCE, "b1"));
    links.send(new HeadEffect.PutBundle(IDENTITY, INSTANCE, "b1"));
    awaitEvents(HeadEvent.BundleDelivered.class, 1);
    assertThat(worker.bundles).hasSize(1);
    assertThat(worker.bundles.getFirst()).isEqualTo(archive);
    assertThat(worker.largestChunk.get()).isLessThanOrEqualTo(512 * 1024);
  }

  @Test
  void filesThatTheStoreLacksAreToldSo() {
    connect();
    links.send(new HeadEffect.PutBundle(IDENTITY, INSTANCE, "b9"));
    assertThat(awaitEvents(HeadEvent.BundleFailed.class, 1).getFirst().reason())
        .isEqualTo("the store does not hold the files b9");
  }

  @Test
  void outputIsTextWithBadBytesReplaced() throws Exception {
    connect();
    SegmentOutput expected =
        new SegmentOutput(ImmutableList.of("first", "o\uFFFDk"), ImmutableList.of("oops"));
    assertThat(links.read(IDENTITY, key(1), 10).get()).isEqualTo(expected);
    links.send(new HeadEffect.CollectOutput(IDENTITY, INSTANCE, key(1), 1));
    assertThat(awaitEvents(HeadEvent.OutputCollected.class, 1).getFirst().output())
        .isEqualTo(new SegmentOutput(ImmutableList.of("o\uFFFDk"), ImmutableList.of("oops")));
  }

  @Test
  void whatWaitsForAnAnswerFailsBeforeTheLossIsTold() {
    connect();
    worker.endsOutputs = false;
    CompletableFuture<SegmentOutput> read = links.read(IDENTITY, key(1), 10);
    links.send(new HeadEffect.CollectOutput(IDENTITY, INSTANCE, key(1), 1));
    await().until(() -> worker.outputs.size() == 2);
    worker.watches.getLast().onError(Status.INTERNAL.asRuntimeException());
    awaitEvents(HeadEvent.LinkDown.class, 1);
    List<HeadEvent> sequence = List.copyOf(events);
    assertThat(sequence.get(1)).isInstanceOf(HeadEvent.OutputUnavailable.class);
    assertThat(sequence.get(2)).isInstanceOf(HeadEvent.LinkDown.class);
    assertThatThrownBy(read::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(CallFailure.class);
  }

  @Test
  void outputOfUnknownWorkerIsToldAsUnavailable() {
    assertThatThrownBy(() -> links.read(IDENTITY, key(1), 1).get())
        .hasMessageContaining("not connected");
  }

  @Test
  void callsWithoutTheSecretAreRefused() throws IOException {
    links.close();
    secret = ClusterSecret.readOrCreate(directory.resolve("other.secret"));
    links = open(PATIENT);
    links.send(dial(INSTANCE));
    assertThat(awaitEvents(HeadEvent.LinkDown.class, 1).getFirst().reason())
        .contains("a secret of another cluster");
    assertThat(worker.connects).isEmpty();
  }
}
