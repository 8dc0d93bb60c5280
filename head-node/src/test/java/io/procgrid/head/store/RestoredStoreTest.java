package io.procgrid.head.store;

import static io.procgrid.head.store.Samples.ended;
import static io.procgrid.head.store.Samples.entry;
import static io.procgrid.head.store.Samples.exited;
import static io.procgrid.head.store.Samples.fixed;
import static io.procgrid.head.store.Samples.placed;
import static io.procgrid.head.store.Samples.placement;
import static io.procgrid.head.store.Samples.request;
import static io.procgrid.head.store.Samples.run;
import static io.procgrid.head.store.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.RunRequest;
import io.procgrid.head.core.Selector;
import io.procgrid.head.core.WorkerRecord;
import io.procgrid.head.core.WorkerStanding;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a head needs of its store when that was restored from a backup. */
class RestoredStoreTest {
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

  private Mutation.EpochRaised raisedTo(long counter, long nextRunId) {
    return new Mutation.EpochRaised(
        new Epoch(counter, store.recovered().epoch().nonce()), nextRunId);
  }

  private static Mutation.RunImported imported(long runId, int incarnation) {
    return new Mutation.RunImported(
        runId, incarnation, request("found", ""), Samples.proc("found"), 5_000);
  }

  private static Mutation.SegmentImported imported(long runId, int incarnation, int number) {
    return new Mutation.SegmentImported(
        segment(runId, incarnation, number),
        segment(runId, incarnation, 0),
        "0",
        1,
        placement(1),
        "recovered");
  }

  @Test
  void everyTermIsInTheHistory() throws StoreException {
    Epoch first = store.recovered().epoch();
    store.reopen();
    Epoch second = store.recovered().epoch();
    store.reopen();
    assertThat(store.recovered().history())
        .containsExactly(first, second, store.recovered().epoch());
  }

  @Test
  void raisedEpochAndRunIdsOutliveTheHead() throws StoreException {
    store.mustStore(raisedTo(40, 17));
    Epoch raised = new Epoch(40, store.recovered().epoch().nonce());
    store.reopen();
    assertThat(store.recovered().epoch().counter()).isEqualTo(41);
    assertThat(store.recovered().history()).contains(raised);
    assertThat(store.recovered().nextRunId()).isEqualTo(17);
  }

  @Test
  void headThatRaisedItsEpochGoesOnWriting() {
    store.mustStore(raisedTo(40, 17), run(3));
    store.mustStore(run(17));
    store.mustStore();
    assertThat(store.fatal).isEmpty();
  }

  @Test
  void oldHeadWritesNothingAfterAnotherTookOver() throws StoreException {
    HeadStore next = HeadStore.open(directory, StoreUnderTest.BOOT);
    try (next) {
      assertThat(store.tryToStore(raisedTo(40, 17))).isInstanceOf(HeadEvent.StoreFailed.class);
      assertThat(store.tryToStore()).isInstanceOf(HeadEvent.StoreFailed.class);
      assertThat(store.fatal).singleElement().asString().contains("another head took over");
      assertThat(next.recovered().epoch().counter()).isEqualTo(2);
    }
  }

  @Test
  void importedRunIsRecoveredAndShown() throws StoreException {
    store.mustStore(imported(9, 1), imported(9, 1, 2));
    store.reopen();
    Recovered.Run run = store.recovered().runs().getFirst();
    assertThat(run.runId()).isEqualTo(9);
    assertThat(run.status()).isNull();
    assertThat(run.segments())
        .containsExactly(
            new Recovered.Segment(
                2, segment(9, 1, 0), "0", 1, placement(1), null, null, "recovered", false));
    assertThat(store.store().find(Selector.ALL).getFirst().segments().getFirst().message())
        .isEqualTo("recovered");
  }

  @Test
  void whatHasTheIdOfARunIsRecoveredUnderItsOwnIncarnation() throws StoreException {
    store.mustStore(run(1), fixed(1, 1, 1), placed(segment(1, 1, 0), 1));
    store.mustStore(
        new Mutation.SegmentImported(
            segment(1, 1, 7), segment(1, 2, 0), "0", 1, placement(1), "recovered"));
    store.reopen();
    assertThat(store.recovered().runs().getFirst().segments())
        .extracting(Recovered.Segment::namesake)
        .containsExactly(null, segment(1, 2, 0));
  }

  private void storeCompleted(RunRequest request) {
    store.mustStore(run(1, request), fixed(1, 1, 1), placed(segment(1, 1, 0), 1));
    store.mustStore(ended(segment(1, 1, 0), exited(0)), ended(1, 1, RunStatus.COMPLETE));
  }

  /** A kill by the tag of the run that was over must not mean what lives, nor the other way. */
  @Test
  void whatIsFoundAliveReplacesTheRunThatWasOverUnderItsId() throws StoreException {
    storeCompleted(request("proc", "nightly"));
    store.mustStore(imported(1, 1), imported(1, 1, 2));
    store.reopen();
    Recovered.Run run = store.recovered().runs().getFirst();
    assertThat(run.status()).isNull();
    assertThat(run.request()).isEqualTo(request("found", ""));
    assertThat(run.proc()).isEqualTo(Samples.proc("found"));
    assertThat(run.segments()).extracting(Recovered.Segment::number).containsExactly(2);
    assertThat(store.store().find(new Selector(null, "nightly", "", ""))).isEmpty();
  }

  @Test
  void entryKeepsItsRequestWhateverIsFoundAliveUnderItsId() throws StoreException {
    store.mustStore(entry(1), new Mutation.AutoStartTaken(1, 2, 1, 10), fixed(1, 1, 1));
    store.mustStore(
        ended(1, 1, RunStatus.COMPLETE), new Mutation.RunsCleared(ImmutableList.of(1L)));
    Recovered.Entry before = onlyEntry();
    store.mustStore(imported(1, 1), imported(1, 1, 0));
    assertThat(onlyEntry().request()).isEqualTo(before.request());
    assertThat(onlyEntry().proc()).isEqualTo(before.proc());
    assertThat(onlyEntry().cleared()).isFalse();
  }

  private Recovered.Entry onlyEntry() throws StoreException {
    store.reopen();
    return store.recovered().entries().getFirst();
  }

  @Test
  void runThatWasOverGoesOnAsItIsWhenAnotherIsFoundUnderItsId() throws StoreException {
    storeCompleted(request("proc", "nightly"));
    store.mustStore(
        new Mutation.RunReopened(1, 1, 5_000),
        new Mutation.SegmentImported(
            segment(1, 1, 7), segment(1, 2, 0), "0", 1, placement(1), "recovered"));
    store.reopen();
    Recovered.Run run = store.recovered().runs().getFirst();
    assertThat(run.status()).isNull();
    assertThat(run.request().runTag()).isEqualTo("nightly");
    assertThat(run.segments())
        .extracting(Recovered.Segment::status)
        .containsExactly(RunStatus.COMPLETE, null);
  }

  @Test
  void runThatIsNotInTheStoreIsNotReopened() {
    assertThat(store.tryToStore(new Mutation.RunReopened(1, 1, 5_000)))
        .isInstanceOf(HeadEvent.StoreFailed.class);
  }

  /** Its process may have been started with another bound: the id may have been of another run. */
  @Test
  void outputOfWhatIsFoundAliveIsDueAsItsJournalHasIt() throws StoreException {
    storeCompleted(request("proc", ""));
    RunRequest without = request("found", "", 0, false);
    store.mustStore(
        new Mutation.RunImported(1, 1, without, Samples.proc("found"), 5_000), imported(1, 1, 0));
    store.reopen();
    assertThat(store.recovered().runs().getFirst().segments())
        .extracting(Recovered.Segment::outputSaved)
        .containsExactly(true);
  }

  @Test
  void laterIncarnationReplacesTheFormer() throws StoreException {
    store.mustStore(entry(1), new Mutation.AutoStartTaken(1, 2, 1, 10), fixed(1, 1, 1));
    store.mustStore(imported(1, 3), imported(1, 3, 1));
    store.reopen();
    assertThat(store.recovered().entries())
        .extracting(Recovered.Entry::incarnation)
        .containsExactly(3);
    assertThat(store.recovered().runs().getFirst().segments()).hasSize(1);
  }

  @Test
  void segmentOfAnUnknownRunIsNotImported() {
    assertThat(store.tryToStore(imported(1, 1, 0))).isInstanceOf(HeadEvent.StoreFailed.class);
  }

  @Test
  void standingAndFencedProcessesOfAWorkerComeBack() throws StoreException {
    WorkerRecord importing = standing(Samples.worker(3), WorkerStanding.IMPORTING);
    store.mustStore(new Mutation.WorkerRecorded(importing));
    store.reopen();
    assertThat(store.recovered().workers()).containsExactly(importing);
    store.mustStore(new Mutation.JournalImported(importing.identity(), 30));
    store.reopen();
    assertThat(store.recovered().workers())
        .containsExactly(standing(importing, WorkerStanding.MEMBER));
    assertThat(store.recovered().nextRunId()).isEqualTo(30);
  }

  @Test
  void importDoesNotBringAForgottenWorkerBack() throws StoreException {
    WorkerRecord forgotten = standing(Samples.worker(3), WorkerStanding.FORGOTTEN);
    store.mustStore(
        new Mutation.WorkerRecorded(forgotten),
        new Mutation.JournalImported(forgotten.identity(), 1));
    store.reopen();
    assertThat(store.recovered().workers()).isEqualTo(ImmutableList.of(forgotten));
  }

  private static WorkerRecord standing(WorkerRecord worker, WorkerStanding standing) {
    return new WorkerRecord(
        worker.number(),
        worker.identity(),
        worker.instance(),
        worker.address(),
        worker.slots(),
        worker.host(),
        worker.containment(),
        standing,
        worker.fenced());
  }
}
