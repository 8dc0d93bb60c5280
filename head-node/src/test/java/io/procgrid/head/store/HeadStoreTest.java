package io.procgrid.head.store;

import static io.procgrid.head.store.Samples.AWKWARD;
import static io.procgrid.head.store.Samples.ended;
import static io.procgrid.head.store.Samples.entry;
import static io.procgrid.head.store.Samples.exited;
import static io.procgrid.head.store.Samples.fixed;
import static io.procgrid.head.store.Samples.placed;
import static io.procgrid.head.store.Samples.proc;
import static io.procgrid.head.store.Samples.request;
import static io.procgrid.head.store.Samples.run;
import static io.procgrid.head.store.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.core.Selector;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each mutation leaves behind, read after the store was closed and opened again. */
class HeadStoreTest {
  private static final SegmentOutput OUTPUT =
      new SegmentOutput(ImmutableList.of("first", "", AWKWARD), ImmutableList.of("oops"));

  @TempDir Path directory;
  private StoreUnderTest store;

  @BeforeEach
  void open() throws StoreException {
    store = StoreUnderTest.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Recovered reopened() throws StoreException {
    store.reopen();
    return store.recovered();
  }

  private ImmutableList<ArchivedRun> find(Selector selector) {
    return store.store().find(selector);
  }

  private ArchivedRun find(long runId) {
    return only(find(new Selector(runId, "", "", "")));
  }

  private static <T> T only(List<T> list) {
    assertThat(list).hasSize(1);
    return list.getFirst();
  }

  private Recovered.Run recoveredRun() throws StoreException {
    return only(reopened().runs());
  }

  private void finish(long runId, int incarnation) {
    SegmentKey segment = segment(runId, incarnation, 0);
    store.mustStore(
        fixed(runId, incarnation, 1),
        placed(segment, 1),
        ended(segment, exited(0)),
        ended(runId, incarnation, RunStatus.COMPLETE),
        new Mutation.OutputSaved(segment, OUTPUT));
  }

  @Test
  void newStoreHoldsNothing() {
    Recovered recovered = store.recovered();
    assertThat(recovered).isEqualTo(Recovered.empty(recovered.clusterId(), recovered.epoch()));
    assertThat(recovered.epoch().counter()).isEqualTo(1);
    assertThat(find(Selector.ALL)).isEmpty();
  }

  @Test
  void procComesBackWithEveryByte() throws StoreException {
    ProcDefinition proc = proc("a proc \u4e2d");
    store.mustStore(Samples.created(proc));

    assertThat(reopened().procs()).containsExactly(proc);
    assertThat(store.store().read(proc.bundleHash())).hasValue(Samples.bundle(proc).archive());
    assertThat(store.store().read("another hash")).isEmpty();
  }

  @Test
  void takenNameOfAProcIsRefused() throws StoreException {
    store.mustStore(Samples.created(proc("p")));

    assertThat(store.tryToStore(Samples.created(proc("p"))))
        .isInstanceOfSatisfying(
            HeadEvent.StoreFailed.class,
            failed ->
                assertThat(failed.reason())
                    .contains(directory.toString(), "contradicts what is stored", "proc.name"));
    assertThat(reopened().procs()).hasSize(1);
  }

  @Test
  void runComesBackAsItWasAskedFor() throws StoreException {
    Mutation.RunCreated created = run(1);
    store.mustStore(created);

    assertThat(recoveredRun())
        .isEqualTo(
            new Recovered.Run(
                1, 1, created.request(), created.proc(), null, null, ImmutableList.of()));
    assertThat(find(1))
        .isEqualTo(new ArchivedRun(1, created.request(), 1_001, 1, null, 0, ImmutableList.of()));
    assertThat(find(1).request().params().keySet()).containsExactly("z", "a", "");
  }

  @Test
  void segmentsComeBackWithTheirPlacements() throws StoreException {
    store.mustStore(run(1), fixed(1, 1, 1, 2), placed(segment(1, 1, 1), 2));

    assertThat(recoveredRun().segments())
        .containsExactly(
            new Recovered.Segment(0, null, "0", 1, null, null, null, "", false),
            new Recovered.Segment(1, null, "1000", 2, Samples.placement(2), null, null, "", false));
    assertThat(find(1).segments())
        .containsExactly(
            new ArchivedRun.ArchivedSegment(segment(1, 1, 0), "0", null, null, "", null, null),
            new ArchivedRun.ArchivedSegment(
                segment(1, 1, 1), "1000", Samples.placement(2), null, "", null, null));
  }

  @Test
  void segmentThatWasPlacedAnewIsWhereItWasPlacedLast() throws StoreException {
    store.mustStore(run(1), fixed(1, 1, 0), placed(segment(1, 1, 0), 1));
    store.mustStore(placed(segment(1, 1, 0), 2));

    assertThat(recoveredRun().segments().getFirst().placement()).isEqualTo(Samples.placement(2));
  }

  @Test
  void killIntentStaysUntilTheRunIsOver() throws StoreException {
    store.mustStore(run(1), new Mutation.KillIntended(1, 1, Samples.INTENT));

    assertThat(recoveredRun().intent()).isEqualTo(Samples.INTENT);
  }

  @Test
  void everyOutcomeComesBack() throws StoreException {
    ImmutableList<Outcome> outcomes =
        ImmutableList.of(
            exited(0),
            exited(3),
            Samples.killed(),
            Samples.lost(),
            Samples.neverStarted(),
            new Outcome(Outcome.Kind.START_FAILED, null, AWKWARD, 0, 5, 0, null));
    store.mustStore(run(1), fixed(1, 1, 1, 1, 1, 1, 1, 1));
    for (int i = 0; i < outcomes.size(); i++) {
      store.mustStore(placed(segment(1, 1, i), 1), ended(segment(1, 1, i), outcomes.get(i)));
    }

    assertThat(recoveredRun().segments())
        .extracting(Recovered.Segment::outcome)
        .containsExactlyElementsOf(outcomes);
    assertThat(recoveredRun().segments())
        .extracting(Recovered.Segment::status)
        .containsExactlyElementsOf(outcomes.stream().map(Outcome::runStatus).toList());
    assertThat(find(1).segments())
        .extracting(ArchivedRun.ArchivedSegment::message)
        .containsOnly(AWKWARD);
  }

  @Test
  void finishedRunLeavesTheHeapWhenItsOutputIsSaved() throws StoreException {
    SegmentKey segment = segment(1, 1, 0);
    store.mustStore(run(1), fixed(1, 1, 1), placed(segment, 1));
    store.mustStore(ended(segment, exited(0)), ended(1, 1, RunStatus.COMPLETE));

    Recovered.Run over = recoveredRun();
    assertThat(over.status()).isEqualTo(RunStatus.COMPLETE);
    assertThat(over.segments().getFirst().outputSaved()).isFalse();
    assertThat(find(1).segments().getFirst().output()).isNull();

    store.mustStore(new Mutation.OutputSaved(segment, OUTPUT));

    assertThat(reopened().runs()).isEmpty();
    assertThat(find(1).segments().getFirst().output()).isEqualTo(OUTPUT);
    assertThat(find(1).endedAtMillis()).isEqualTo(4_001);
  }

  @Test
  void noOutputIsWaitedForWhereThereNeverWasAny() throws StoreException {
    store.mustStore(run(1), fixed(1, 1, 1, 1), placed(segment(1, 1, 0), 1));
    store.mustStore(
        ended(segment(1, 1, 0), Samples.neverStarted()),
        new Mutation.SegmentEnded(segment(1, 1, 1), RunStatus.KILLED, null, "killed"),
        ended(1, 1, RunStatus.KILLED));
    store.mustStore(
        run(2, request("proc", "tag", 0, false)),
        fixed(2, 1, 1),
        placed(segment(2, 1, 0), 1),
        ended(segment(2, 1, 0), exited(0)),
        ended(2, 1, RunStatus.COMPLETE));

    assertThat(reopened().runs()).isEmpty();
    assertThat(find(Selector.ALL))
        .flatExtracting(ArchivedRun::segments)
        .extracting(ArchivedRun.ArchivedSegment::output)
        .containsExactly(SegmentOutput.NONE, SegmentOutput.NONE, SegmentOutput.NONE);
  }

  @Test
  void clearedRunsAreGoneAndTheirIdsAreNeverUsedAgain() throws StoreException {
    store.mustStore(run(1), run(2));
    finish(1, 1);
    finish(2, 1);
    store.mustStore(new Mutation.RunsCleared(ImmutableList.of(1L, 2L)));

    Recovered recovered = reopened();
    assertThat(recovered.runs()).isEmpty();
    assertThat(recovered.nextRunId()).isEqualTo(3);
    assertThat(find(Selector.ALL)).isEmpty();
  }

  @Test
  void runThatIsNotOverIsNeverCleared() throws StoreException {
    store.mustStore(run(1), new Mutation.RunsCleared(ImmutableList.of(1L)));

    assertThat(reopened().runs()).hasSize(1);
  }

  @Test
  void entryThatNeverRanIsShownWithIncarnationZero() throws StoreException {
    Mutation.RunCreated created = entry(1);
    store.mustStore(created);

    Recovered recovered = reopened();
    assertThat(recovered.runs()).isEmpty();
    assertThat(recovered.entries())
        .containsExactly(new Recovered.Entry(1, created.request(), created.proc(), 1, 0, false));
    assertThat(find(1))
        .isEqualTo(new ArchivedRun(1, created.request(), 1_001, 0, null, 0, ImmutableList.of()));
  }

  @Test
  void newIncarnationReplacesAllOfTheFormer() throws StoreException {
    store.mustStore(entry(1), new Mutation.AutoStartTaken(1, 2, 1, 5_000));
    store.mustStore(new Mutation.KillIntended(1, 1, Samples.INTENT));
    finish(1, 1);
    store.mustStore(new Mutation.AutoStartTaken(1, 3, 2, 6_000));

    Recovered recovered = reopened();
    assertThat(recovered.entries().getFirst().takenClusterStart()).isEqualTo(3);
    assertThat(recovered.entries().getFirst().incarnation()).isEqualTo(2);
    Recovered.Run again = only(recovered.runs());
    assertThat(again.incarnation()).isEqualTo(2);
    assertThat(again.status()).isNull();
    assertThat(again.intent()).isNull();
    assertThat(again.segments()).isEmpty();
    assertThat(find(1).createdAtMillis()).isEqualTo(6_000);
    assertThat(find(1).endedAtMillis()).isZero();
  }

  @Test
  void turnWithoutANewIncarnationLeavesTheRunningOneAlone() throws StoreException {
    store.mustStore(entry(1), new Mutation.AutoStartTaken(1, 2, 1, 5_000), fixed(1, 1, 1));
    store.mustStore(new Mutation.AutoStartTaken(1, 3, 0, 6_000));

    Recovered recovered = reopened();
    assertThat(recovered.entries().getFirst().takenClusterStart()).isEqualTo(3);
    assertThat(only(recovered.runs()).segments()).hasSize(1);
  }

  @Test
  void clearedEntryIsNotShownUntilItBeginsAgain() throws StoreException {
    store.mustStore(entry(1), new Mutation.AutoStartTaken(1, 2, 1, 5_000));
    finish(1, 1);
    store.mustStore(new Mutation.RunsCleared(ImmutableList.of(1L)));

    Recovered.Entry entry = only(reopened().entries());
    assertThat(entry.cleared()).isTrue();
    assertThat(entry.incarnation()).isEqualTo(1);
    assertThat(find(Selector.ALL)).isEmpty();

    store.mustStore(new Mutation.AutoStartTaken(1, 3, 2, 6_000));

    assertThat(reopened().entries().getFirst().cleared()).isFalse();
    assertThat(find(1).incarnation()).isEqualTo(2);
  }

  @Test
  void removedEntryThatNeverRanIsGone() throws StoreException {
    store.mustStore(entry(1), new Mutation.AutoStartRemoved(1));

    assertThat(reopened().entries()).isEmpty();
    assertThat(find(Selector.ALL)).isEmpty();
    assertThat(store.recovered().nextRunId()).isEqualTo(2);
  }

  @Test
  void removedEntryThatRanStaysAsAnOrdinaryRun() throws StoreException {
    store.mustStore(entry(1), new Mutation.AutoStartTaken(1, 2, 1, 5_000));
    store.mustStore(new Mutation.AutoStartRemoved(1));

    assertThat(reopened().entries()).isEmpty();
    assertThat(store.recovered().runs()).hasSize(1);

    finish(1, 1);
    store.mustStore(new Mutation.RunsCleared(ImmutableList.of(1L)));
    assertThat(find(Selector.ALL)).isEmpty();
  }

  @Test
  void removedEntryThatWasClearedIsGone() throws StoreException {
    store.mustStore(entry(1), new Mutation.AutoStartTaken(1, 2, 1, 5_000));
    finish(1, 1);
    store.mustStore(
        new Mutation.RunsCleared(ImmutableList.of(1L)), new Mutation.AutoStartRemoved(1));

    assertThat(reopened().entries()).isEmpty();
    assertThat(find(Selector.ALL)).isEmpty();
  }

  @Test
  void nothingCanBePlacedThatTheStoreDoesNotKnow() {
    assertThat(store.tryToStore(fixed(7, 1, 1))).isInstanceOf(HeadEvent.StoreFailed.class);
    assertThat(store.tryToStore(placed(segment(7, 1, 0), 1)))
        .isInstanceOfSatisfying(
            HeadEvent.StoreFailed.class,
            failed -> assertThat(failed.reason()).contains("segment 7-1-0 is not in the store"));
    assertThat(store.tryToStore(new Mutation.AutoStartTaken(7, 2, 1, 5)))
        .isInstanceOf(HeadEvent.StoreFailed.class);
  }

  @Test
  void incarnationNeverBeginsTwice() {
    store.mustStore(entry(1), new Mutation.AutoStartTaken(1, 2, 1, 5_000));

    assertThat(store.tryToStore(new Mutation.AutoStartTaken(1, 3, 1, 6_000)))
        .isInstanceOf(HeadEvent.StoreFailed.class);
  }

  @Test
  void lateReportsOfAFormerIncarnationChangeNothing() throws StoreException {
    store.mustStore(entry(1), new Mutation.AutoStartTaken(1, 2, 1, 5_000), fixed(1, 1, 1));
    store.mustStore(new Mutation.AutoStartTaken(1, 3, 2, 6_000), fixed(1, 2, 1));
    Recovered.Run before = recoveredRun();

    store.mustStore(
        ended(segment(1, 1, 0), exited(0)),
        ended(1, 1, RunStatus.COMPLETE),
        new Mutation.KillIntended(1, 1, Samples.INTENT),
        new Mutation.OutputSaved(segment(1, 1, 0), OUTPUT),
        new Mutation.OutputSaved(segment(9, 1, 0), OUTPUT));

    assertThat(recoveredRun()).isEqualTo(before);
    assertThat(find(1).segments().getFirst().output()).isNull();
  }

  @Test
  void bundleStaysWhileARunOrAnEntryOrAnotherProcNeedsIt() throws StoreException {
    ProcDefinition first = proc("proc");
    ProcDefinition second =
        new ProcDefinition(
            "second",
            first.mode(),
            first.bundleHash(),
            first.command(),
            first.arguments(),
            first.options(),
            0,
            false,
            first.environment(),
            first.killGrace());
    String hash = first.bundleHash();
    store.mustStore(Samples.created(first));
    store.mustStore(new Mutation.ProcCreated(second, Samples.bundle(first)));
    store.mustStore(run(1), entry(2), new Mutation.ProcDeleted("proc"));
    assertThat(store.store().read(hash)).isPresent();

    store.mustStore(new Mutation.ProcDeleted("second"));
    reopened();
    assertThat(store.store().read(hash)).isPresent();

    finish(1, 1);
    reopened();
    assertThat(store.store().read(hash)).isPresent();

    store.mustStore(new Mutation.AutoStartRemoved(2));
    reopened();
    assertThat(store.store().read(hash)).isEmpty();
  }

  @Test
  void bundleOfADeletedProcGoesAtOnceWhenNothingNeedsIt() {
    store.mustStore(Samples.created(proc("proc")), run(1));
    finish(1, 1);
    store.mustStore(new Mutation.ProcDeleted("proc"));

    assertThat(store.store().read(proc("proc").bundleHash())).isEmpty();
    assertThat(find(1).status()).isEqualTo(RunStatus.COMPLETE);
  }

  @Test
  void workersComeBackAsLastRecorded() throws StoreException {
    store.mustStore(
        new Mutation.WorkerRecorded(Samples.worker(2)),
        new Mutation.WorkerRecorded(Samples.worker(1)));
    store.mustStore(new Mutation.WorkerRecorded(Samples.worker(2)));

    assertThat(reopened().workers()).containsExactly(Samples.worker(1), Samples.worker(2));
  }
}
