package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.announcement;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.live;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static io.procgrid.head.core.LostHistory.PROC;
import static io.procgrid.head.core.LostHistory.connect;
import static io.procgrid.head.core.LostHistory.join;
import static io.procgrid.head.core.LostHistory.register;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.RunStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A store that was restored from a backup meets journals that have seen more (R10). */
class RestoredStoreTest {
  private final CoreDriver driver = new CoreDriver();

  @Test
  void headGoesPastTheEpochAndTheRunIdsDurablyBeforeItAnswers() {
    driver.create(PROC);
    driver.holdStore();
    long request =
        driver.submit(new Command.RegisterWorker(announcement(1, LostHistory.EPOCH, 12)));
    assertThat(driver.answer(request)).isNull();
    assertThat(driver.takeSent(HeadEffect.Dial.class)).isEmpty();
    driver.store();
    Epoch raised = new Epoch(8, CoreDriver.EPOCH.nonce());
    assertThat(driver.answer(request, Answer.Registered.class).epoch()).isEqualTo(raised);
    assertThat(driver.durable).contains(new Mutation.EpochRaised(raised, 13));
    assertThat(driver.takeSent(HeadEffect.Dial.class))
        .extracting(HeadEffect.Dial::epoch)
        .containsOnly(raised);
    assertThat(driver.execute("p", "")).isEqualTo(13);
  }

  @Test
  void sameCounterWithAnotherNonceIsARestoredStoreToo() {
    assertThat(register(driver, 1, new Epoch(3, "another"), 0).counter()).isEqualTo(4);
  }

  @Test
  void epochThatTheStoreNeverHadIsARestoredStoreToo() {
    CoreDriver later =
        new CoreDriver(
            new Recovered(
                CoreDriver.CLUSTER,
                new Epoch(9, "nonce"),
                ImmutableList.of(new Epoch(2, "two"), new Epoch(9, "nonce")),
                1,
                1,
                ImmutableList.of(),
                ImmutableList.of(),
                ImmutableList.of(),
                ImmutableList.of()));
    later.ask(
        new Command.RegisterWorker(announcement(1, LostHistory.EPOCH, 0)), Answer.Registered.class);
    assertThat(later.durable)
        .anySatisfy(mutation ->
            assertThat(mutation)
                .isInstanceOfSatisfying(
                    Mutation.WorkerRecorded.class,
                    recorded ->
                        assertThat(recorded.worker().standing())
                            .isEqualTo(WorkerStanding.IMPORTING)));
  }

  /** A segment that it holds would have its place on a worker that the next head does not know. */
  @Test
  void workerThatTheStoreDoesNotKnowIsNotDialled() {
    driver.holdStore();
    driver.submit(new Command.RegisterWorker(announcement(1, LostHistory.EPOCH, 12)));
    driver.failStore("disk full");
    driver.store();
    register(driver, 2, LostHistory.EPOCH, 12);
    assertThat(driver.takeSent(HeadEffect.Dial.class))
        .extracting(HeadEffect.Dial::identity)
        .containsExactly(identity(2));
    register(driver, 1, LostHistory.EPOCH, 12);
    assertThat(driver.takeSent(HeadEffect.Dial.class))
        .extracting(HeadEffect.Dial::identity)
        .contains(identity(1));
  }

  @Test
  void repeatedAnnouncementRaisesTheEpochOnce() {
    Epoch raised = register(driver, 1, LostHistory.EPOCH, 12);
    assertThat(register(driver, 1, LostHistory.EPOCH, 12)).isEqualTo(raised);
    assertThat(register(driver, 2, LostHistory.EPOCH, 9)).isEqualTo(raised);
  }

  /**
   * The backup was made in the same term, so the worker lets the head in; and all is over there.
   */
  @Test
  void runIdThatAConnectedWorkerHasSeenIsNotUsedTwice() {
    CoreDriver restored =
        LostHistory.restored(
            1, ImmutableList.of(), ImmutableList.of(), ImmutableList.of(LostHistory.worker(1)));
    restored.event(
        new HeadEvent.LinkUp(
            identity(1), CoreDriver.instance(1), CoreDriver.EPOCH, 9, ImmutableList.of("hash-p")));
    restored.inventory(1);
    assertThat(restored.durable).contains(new Mutation.JournalImported(identity(1), 10));
    assertThat(restored.execute("p", "")).isEqualTo(10);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).hasSize(1);
  }

  /** The restored head has given the id away meanwhile, and what had it is over and gone. */
  @Test
  void whatLivesUnderAnIdOfThisTermOnAWorkerThatIsNewToItIsNotKilled() {
    CoreDriver restored =
        LostHistory.restored(
            1, ImmutableList.of(), ImmutableList.of(), ImmutableList.of(LostHistory.worker(1)));
    restored.join(2);
    long runId = restored.execute("p", "");
    restored.runStarts();
    restored.terminated(2, key(runId, 0), CoreDriver.exited(0));
    restored.event(
        new HeadEvent.OutputCollected(
            identity(2), CoreDriver.instance(2), key(runId, 0), SegmentOutput.NONE));
    restored.event(
        new HeadEvent.Forgotten(
            identity(2),
            CoreDriver.instance(2),
            ImmutableList.of(key(runId, 0)),
            ImmutableList.of()));
    restored.event(
        new HeadEvent.LinkUp(
            identity(1), CoreDriver.instance(1), CoreDriver.EPOCH, runId, ImmutableList.of()));
    restored.inventory(1, live(key(runId, 0), PROC, 1));
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(restored.view(runId).status()).isEqualTo(RunStatus.RUNNING);
  }

  /** It was sent before the head connected, and comes when the journal is imported already. */
  @Test
  void lateAnnouncementOfAConnectedWorkerKeepsNothingFromBeginning() {
    driver.create(PROC);
    join(driver, 1);
    register(driver, 1, LostHistory.EPOCH, 12);
    driver.inventory(1);
    driver.execute("p", "");
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).hasSize(1);
  }

  @Test
  void unknownLiveSegmentBecomesARunAndIsNotKilled() {
    join(driver, 1, live(key(11, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    RunView view = driver.view(11);
    assertThat(view.status()).isEqualTo(RunStatus.RUNNING);
    assertThat(view.segments().getFirst().message())
        .isEqualTo("recovered from the journal of worker 1 after the store was restored");
    assertThat(driver.durable)
        .anyMatch(Mutation.RunImported.class::isInstance)
        .contains(new Mutation.JournalImported(identity(1), 13));
  }

  @Test
  void importedRunIsKilledLikeAnyOther() {
    join(driver, 1, live(key(11, 0), PROC, 1));
    long kill = driver.kill(run(11));
    assertThat(driver.takeSent(HeadEffect.SendKill.class).getFirst().orders().getFirst().segment())
        .isEqualTo(key(11, 0));
    driver.terminated(1, key(11, 0), killedOutcome());
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(11L);
  }

  @Test
  void segmentsOfADistributedRunComeWithTheirWorkers() {
    ProcDefinition distributed = proc("d", ExecutionMode.DISTRIBUTED, 0);
    join(driver, 1, live(key(11, 1), distributed, 2));
    join(driver, 2, live(key(11, 0), distributed, 2));
    assertThat(driver.view(11).segments())
        .extracting(RunView.SegmentView::dataSegmentId)
        .containsExactlyInAnyOrder("0", "1000");
    driver.terminated(1, key(11, 1), CoreDriver.exited(0));
    assertThat(driver.view(11).status()).isEqualTo(RunStatus.RUNNING);
    driver.terminated(2, key(11, 0), CoreDriver.exited(0));
    assertThat(driver.durable).contains(new Mutation.RunEnded(11, 1, RunStatus.COMPLETE, 1_000));
  }

  @Test
  void importThatTheStoreRefusedIsTriedAgainBeforeAnythingIsPlaced() {
    driver.create(PROC);
    connect(driver, 1, 12);
    driver.holdStore();
    driver.inventory(1, live(key(11, 0), PROC, 1));
    driver.failStore("disk full");
    driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    driver.pass(1_000);
    driver.store();
    driver.inventory(1, live(key(11, 0), PROC, 1));
    assertThat(driver.view(11).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).hasSize(1);
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
  }

  /** The next head would import what was killed since. */
  @Test
  void journalThatIsImportedIsNotRecordedAsToBeImportedWhenTheStoreRefusedThatBefore() {
    driver.join(1);
    driver.sent.clear();
    driver.linkUp(1, CoreDriver.EPOCH);
    driver.holdStore();
    driver.inventory(1, live(key(11, 0), PROC, 1));
    driver.failStore("disk full");
    driver.store();
    driver.inventory(1, live(key(11, 0), PROC, 1));
    assertThat(driver.durable).anyMatch(Mutation.JournalImported.class::isInstance);
    driver.durable.clear();
    driver.pass(2_000);
    assertThat(driver.durable).noneMatch(Mutation.WorkerRecorded.class::isInstance);
  }

  /** Its record would come behind the import, and undo it in the store. */
  @Test
  void journalThatIsImportedIsNotRecordedAsToBeImportedForAProcessThatRegistersMeanwhile() {
    connect(driver, 1, 12);
    driver.holdStore();
    driver.inventory(1, live(key(11, 0), PROC, 1));
    driver.durable.clear();
    WorkerInstance next = new WorkerInstance("next");
    driver.submit(new Command.RegisterWorker(announcement(1, next, 1)));
    driver.store();
    assertThat(driver.durable).anyMatch(Mutation.JournalImported.class::isInstance);
    assertThat(standingsOf(1)).isEmpty();
    driver.ask(new Command.RegisterWorker(announcement(1, next, 1)), Answer.Registered.class);
    assertThat(standingsOf(1)).containsExactly(WorkerStanding.MEMBER);
  }

  /** What is said of the other journals is not in the store yet. */
  @Test
  void journalStaysToBeImportedWhenANewProcessOfItsWorkerIsNotStored() {
    driver.join(1);
    driver.join(2);
    driver.linkDown(2);
    driver.holdStore();
    driver.submit(new Command.RegisterWorker(announcement(1, LostHistory.EPOCH, 12)));
    driver.failStore("disk full");
    driver.submit(new Command.RegisterWorker(announcement(2, new WorkerInstance("next"), 1)));
    driver.failStore("disk full");
    driver.failStore("disk full");
    driver.store();
    driver.pass(2_000);
    assertThat(standingsOf(2)).endsWith(WorkerStanding.IMPORTING);
  }

  /** As the store had them one after the other. */
  private List<WorkerStanding> standingsOf(int number) {
    List<WorkerStanding> standings = new ArrayList<>();
    for (Mutation mutation : driver.durable) {
      if (mutation instanceof Mutation.WorkerRecorded(WorkerRecord worker)
          && worker.number() == number) {
        standings.add(worker.standing());
      }
    }
    return standings;
  }

  @Test
  void orphansAreKilledAgainOnceTheJournalIsImported() {
    join(driver, 1, live(key(11, 0), PROC, 1));
    driver.kill(run(11));
    driver.terminated(1, key(11, 0), killedOutcome());
    driver.takeSent(HeadEffect.SendKill.class);
    driver.linkDown(1);
    driver.linkUp(1, new Epoch(8, "nonce"));
    driver.inventory(1, live(key(11, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).hasSize(1);
  }

  @Test
  void laterIncarnationThanTheStoreKnowsIsImported() {
    SegmentKey second = new SegmentKey(4, 2, 0);
    join(driver, 1, live(second, PROC, 1));
    assertThat(driver.view(4).incarnation()).isEqualTo(2);
    driver.kill(run(4));
    assertThat(driver.takeSent(HeadEffect.SendKill.class).getFirst().orders().getFirst().segment())
        .isEqualTo(second);
  }

  /** It was connected all the time, and never tells what it has seen: a head dialled it. */
  @Test
  void onceOneJournalIsAheadNothingInTheOthersIsKilledForBeingUnknown() {
    driver.join(2);
    Epoch epoch = register(driver, 1, LostHistory.EPOCH, 12);
    driver.sent.clear();
    driver.linkUp(2, epoch);
    driver.inventory(2, live(key(10, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(driver.view(10).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(driver.durable).contains(new Mutation.JournalImported(identity(2), 13));
  }

  @Test
  void idThatOnlyAJournalUsedUpMakesNobodyAnOrphan() {
    driver.join(2);
    join(driver, 1);
    driver.linkUp(2, new Epoch(8, "nonce"));
    driver.inventory(2);
    driver.linkDown(2);
    driver.linkUp(2, new Epoch(8, "nonce"));
    driver.inventory(2, live(key(10, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(driver.view(10).status()).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void endThatIsToldBeforeTheComparisonIsForgottenAfterIt() {
    connect(driver, 1, 12);
    driver.terminated(1, key(11, 0), CoreDriver.exited(0));
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).isEmpty();
    driver.inventory(1);
    driver.inventory(1);
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).hasSize(1);
  }

  /** The next head would read it from the store so: the entry's row is there already. */
  @Test
  void whatRunsUnderTheIdOfAnEntryIsKilledWithTheProcOfTheEntry() {
    driver.create(PROC);
    ProcDefinition other = proc("d", ExecutionMode.NONDISTRIBUTED, 0);
    driver.create(other);
    long entry =
        driver
            .ask(new Command.Execute(CoreDriver.request("d", "t", true)), Answer.Accepted.class)
            .runId();
    join(driver, 1, live(key(entry, 0), PROC, 1));
    long kill = driver.kill(new Selector(null, "t", "d", ""));
    assertThat(driver.takeSent(HeadEffect.SendKill.class).getFirst().orders().getFirst().segment())
        .isEqualTo(key(entry, 0));
    driver.terminated(1, key(entry, 0), killedOutcome());
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(entry);
  }

  @Test
  void inventoryWaitsForARunOfThisHeadThatGetsAnIdInIt() {
    driver.create(PROC);
    driver.join(1);
    driver.holdStore();
    driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    driver.linkDown(1);
    driver.linkUp(1, CoreDriver.EPOCH);
    driver.takeSent(HeadEffect.FetchInventory.class);
    driver.event(
        new HeadEvent.InventoryReceived(
            identity(1), CoreDriver.instance(1), ImmutableList.of(live(key(1, 0), PROC, 1))));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    driver.store();
    assertThat(driver.durable).noneMatch(Mutation.SegmentImported.class::isInstance);
    driver.pass(1_000);
    assertThat(driver.takeSent(HeadEffect.FetchInventory.class)).hasSize(1);
  }
}
