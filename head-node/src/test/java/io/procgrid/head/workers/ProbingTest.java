package io.procgrid.head.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.wire.WireCodec;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.HeadEvent.ProbeAnswered.Presence;
import io.procgrid.proto.v1.IdentifyResponse;
import io.procgrid.proto.v1.KillPending;
import io.procgrid.proto.v1.KillProgress;
import io.procgrid.proto.v1.Leftover;
import io.procgrid.proto.v1.Terminated;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the links find out about workers that may be gone, and what those left. */
class ProbingTest {
  private static final WorkerIdentity IDENTITY = new WorkerIdentity("journal-1");
  private static final WorkerInstance INSTANCE = new WorkerInstance("process-1");
  private static final WorkerIdentity LOST = new WorkerIdentity("journal-lost");
  private static final SegmentKey SEGMENT = new SegmentKey(4, 1, 0);
  private static final SegmentKey STUBBORN = new SegmentKey(5, 1, 0);
  private static final KillFacts FACTS = new KillFacts("ann", 1, "here");
  private static final Outcome KILLED =
      new Outcome(Outcome.Kind.KILLED, new ExitStatus.Signalled(9), "", 1, 2, 3, FACTS);

  private final List<HeadEvent> events = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private FakeWorker worker;
  private String address;
  private WorkerLinks links;

  @TempDir Path directory;

  @BeforeEach
  void start() throws IOException {
    ClusterSecret secret = ClusterSecret.readOrCreate(directory.resolve("cluster.secret"));
    worker = new FakeWorker(secret, 0);
    address = worker.address();
    links =
        new WorkerLinks(
            new LinkEnvironment(
                new ClusterId("cluster-1"),
                secret,
                hash -> Optional.empty(),
                events::add,
                Thread::startVirtualThread,
                timer,
                new LinkTiming(10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 3_000, 5, 20)));
  }

  @AfterEach
  void stop() {
    links.close();
    worker.close();
    timer.shutdownNow();
  }

  private <E extends HeadEvent> E awaitEvent(Class<E> type) {
    await().until(() -> events.stream().anyMatch(type::isInstance));
    return events.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
  }

  private Presence probe() {
    links.send(new HeadEffect.Probe(IDENTITY, INSTANCE, address));
    return awaitEvent(HeadEvent.ProbeAnswered.class).presence();
  }

  private static IdentifyResponse identity(String instance) {
    return IdentifyResponse.newBuilder()
        .setWorkerIdentity(IDENTITY.value())
        .setWorkerInstance(instance)
        .build();
  }

  @Test
  void processThatAnswersIsAlive() {
    worker.identity = identity(INSTANCE.value());
    assertThat(probe()).isEqualTo(Presence.ALIVE);
  }

  @Test
  void processWhoseAddressHasAnotherIsGone() {
    worker.identity = identity("process-2");
    assertThat(probe()).isEqualTo(Presence.GONE);
  }

  @Test
  void processAtWhoseAddressNobodyListensIsGone() {
    worker.close();
    assertThat(probe()).isEqualTo(Presence.GONE);
  }

  @Test
  void processThatDoesNotAnswerInTimeIsSilent() {
    worker.identity = null;
    assertThat(probe()).isEqualTo(Presence.SILENT);
  }

  @Test
  void leftoversAreReportedAndKilledThroughTheirFinder() {
    worker.leftovers.add(
        Leftover.newBuilder()
            .setWorkerIdentity(LOST.value())
            .addSegments(WireCodec.encode(SEGMENT))
            .build());
    links.send(new HeadEffect.Dial(IDENTITY, INSTANCE, address, 3, new Epoch(5, "n")));
    assertThat(awaitEvent(HeadEvent.LeftoversFound.class).leftovers())
        .containsExactly(new HeadEvent.Leftover(LOST, ImmutableList.of(SEGMENT)));

    links.send(
        new HeadEffect.KillLeftover(
            IDENTITY, INSTANCE, LOST, ImmutableList.of(SEGMENT, STUBBORN), FACTS));
    await().until(() -> !worker.leftoverStreams.isEmpty());
    var stream = worker.leftoverStreams.getFirst();
    stream.onNext(
        KillProgress.newBuilder()
            .setTerminated(
                Terminated.newBuilder()
                    .setSegment(WireCodec.encode(SEGMENT))
                    .setOutcome(WireCodec.encode(KILLED)))
            .build());
    stream.onNext(
        KillProgress.newBuilder()
            .setPending(
                KillPending.newBuilder().setSegment(WireCodec.encode(STUBBORN)).setReason("frozen"))
            .build());
    stream.onCompleted();

    assertThat(worker.leftoverKills.getFirst().getWorkerIdentity()).isEqualTo(LOST.value());
    assertThat(awaitEvent(HeadEvent.LeftoverTerminated.class))
        .isEqualTo(new HeadEvent.LeftoverTerminated(IDENTITY, INSTANCE, LOST, SEGMENT, KILLED));
    assertThat(awaitEvent(HeadEvent.LeftoverBlocked.class).reason()).isEqualTo("frozen");
    assertThat(awaitEvent(HeadEvent.LeftoverUnanswered.class).segments()).containsExactly(STUBBORN);
  }
}
