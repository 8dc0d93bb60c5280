package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.announcement;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.live;
import static io.procgrid.head.core.CoreDriver.over;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
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
  private static final Epoch LOST = new Epoch(7, "lost");
  private static final ProcDefinition PROC = proc("p", ExecutionMode.NONDISTRIBUTED, 0);

  private static final Recovered.Run WAITING =
      new Recovered.Run(
          4, 1, CoreDriver.request("p", "tag", false), PROC, null, null, ImmutableList.of());

  private static final long HOUR = 3_600_000;

  private final CoreDriver driver = new CoreDriver();

  private Epoch register(int number, Epoch seen, long highestRunId) {
    return driver
        .ask(
            new Command.RegisterWorker(announcement(number, seen, highestRunId)),
            Answer.Registered.class)
        .epoch();
  }

  /** Registers a worker that has seen the lost history, connects it, and has it list these. */
  private void joinFromTheLostHistory(int number, HeadEvent.InventoryItem... items) {
    Epoch epoch = register(number, LOST, 12);
    driver.sent.clear();
    driver.linkUp(number, epoch);
    driver.inventory(number, items);
  }

  @Test
  void headGoesPastTheEpochAndTheRunIdsDurablyBeforeItAnswers() {
    driver.create(PROC);
    driver.holdStore();
    long request = driver.submit(new Command.RegisterWorker(announcement(1, LOST, 12)));
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
    assertThat(register(1, new Epoch(3, "another"), 0).counter()).isEqualTo(4);
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
    later.ask(new Command.RegisterWorker(announcement(1, LOST, 0)), Answer.Registered.class);
    assertThat(later.durable)
        .anySatisfy(mutation ->
            assertThat(mutation)
                .isInstanceOfSatisfying(
                    Mutation.WorkerRecorded.class,
                    recorded ->
                        assertThat(recorded.worker().standing())
                            .isEqualTo(WorkerStanding.IMPORTING)));
  }

  @Test
  void repeatedAnnouncementRaisesTheEpochOnce() {
    Epoch raised = register(1, LOST, 12);
    assertThat(register(1, LOST, 12)).isEqualTo(raised);
    assertThat(register(2, LOST, 9)).isEqualTo(raised);
  }

  @Test
  void unknownLiveSegmentBecomesARunAndIsNotKilled() {
    joinFromTheLostHistory(1, live(key(11, 0), PROC, 1));
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
    joinFromTheLostHistory(1, live(key(11, 0), PROC, 1));
    long kill = driver.kill(run(11));
    assertThat(driver.takeSent(HeadEffect.SendKill.class).getFirst().orders().getFirst().segment())
        .isEqualTo(key(11, 0));
    driver.terminated(1, key(11, 0), killedOutcome());
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(11L);
  }

  @Test
  void segmentsOfADistributedRunComeWithTheirWorkers() {
    ProcDefinition distributed = proc("d", ExecutionMode.DISTRIBUTED, 0);
    joinFromTheLostHistory(1, live(key(11, 1), distributed, 2));
    joinFromTheLostHistory(2, live(key(11, 0), distributed, 2));
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
    Epoch epoch = register(1, LOST, 12);
    driver.sent.clear();
    driver.linkUp(1, epoch);
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
    Epoch epoch = register(1, LOST, 12);
    driver.sent.clear();
    driver.linkUp(1, epoch);
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
    driver.submit(new Command.RegisterWorker(announcement(1, LOST, 12)));
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
    joinFromTheLostHistory(1, live(key(11, 0), PROC, 1));
    driver.kill(run(11));
    driver.terminated(1, key(11, 0), killedOutcome());
    driver.takeSent(HeadEffect.SendKill.class);
    driver.linkDown(1);
    driver.linkUp(1, new Epoch(8, "nonce"));
    driver.inventory(1, live(key(11, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).hasSize(1);
  }

  /** The run waited at the time of the backup; it was dispatched after it. */
  @Test
  void runThatWaitsInTheStoreIsTakenOverWhereItReallyIs() {
    CoreDriver restored = restored(WAITING);
    Epoch epoch =
        restored
            .ask(new Command.RegisterWorker(announcement(1, LOST, 4)), Answer.Registered.class)
            .epoch();
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1, live(key(4, 0), PROC, 1));
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(restored.view(4).segments()).hasSize(1);
    restored.terminated(1, key(4, 0), CoreDriver.exited(3));
    assertThat(restored.durable).contains(new Mutation.RunEnded(4, 1, RunStatus.ERROR, 1_000));
  }

  /** Of two workers, the one on which it does not run is back first. */
  @Test
  void runThatWaitsInTheStoreIsNotStartedWhileAJournalIsUnread() {
    CoreDriver restored = restored(WAITING, worker(1), worker(2));
    Epoch epoch =
        restored
            .ask(new Command.RegisterWorker(announcement(1, LOST, 4)), Answer.Registered.class)
            .epoch();
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1);
    restored.pass(HOUR);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.view(4).waiting()).contains("worker 2").contains("/forget/worker");

    restored.ask(new Command.RegisterWorker(announcement(2, LOST, 4)), Answer.Registered.class);
    restored.linkUp(2, epoch);
    restored.inventory(2, live(key(4, 0), PROC, 1));
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.view(4).status()).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void runThatWaitsInTheStoreIsStartedWhenNoJournalHasIt() {
    CoreDriver restored = restored(WAITING, worker(1), worker(2));
    Epoch epoch =
        restored
            .ask(new Command.RegisterWorker(announcement(1, LOST, 4)), Answer.Registered.class)
            .epoch();
    restored.ask(new Command.RegisterWorker(announcement(2, LOST, 4)), Answer.Registered.class);
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1);
    restored.inventory(1);
    restored.linkUp(2, epoch);
    restored.inventory(2);
    restored.inventory(2);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).hasSize(1);
  }

  @Test
  void runThatWaitsInTheStoreAndIsOverInTheJournalDoesNotRunAgain() {
    CoreDriver restored = restored(WAITING);
    Epoch epoch =
        restored
            .ask(new Command.RegisterWorker(announcement(1, LOST, 4)), Answer.Registered.class)
            .epoch();
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1, over(key(4, 0), CoreDriver.exited(0)));
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.durable).contains(new Mutation.RunEnded(4, 1, RunStatus.COMPLETE, 1_000));
  }

  private static CoreDriver restored(Recovered.Run run, WorkerRecord... workers) {
    return new CoreDriver(
        new Recovered(
            CoreDriver.CLUSTER,
            CoreDriver.EPOCH,
            ImmutableList.of(CoreDriver.EPOCH),
            1,
            5,
            ImmutableList.of(PROC),
            ImmutableList.of(),
            ImmutableList.of(run),
            ImmutableList.copyOf(workers)));
  }

  private static WorkerRecord worker(int number) {
    WorkerAnnouncement announcement = announcement(number, CoreDriver.EPOCH, 0);
    return new WorkerRecord(
        number,
        announcement.identity(),
        announcement.instance(),
        announcement.address(),
        announcement.slots(),
        announcement.host(),
        announcement.containment(),
        WorkerStanding.MEMBER,
        ImmutableList.of());
  }

  /** The restored head gave an id away that a journal had, before it could know. */
  @Test
  void runOfTheSameIdIsShownAndKilledTogetherWithItsNamesake() {
    driver.create(PROC);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    joinFromTheLostHistory(1, live(key(runId, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    RunView view = driver.view(runId);
    assertThat(view.segments()).hasSize(2);
    assertThat(view.segments().get(1).message()).contains("a kill of this run kills both");

    driver.linkUp(2, new Epoch(8, "nonce"));
    long kill = driver.kill(run(runId));
    assertThat(driver.takeSent(HeadEffect.SendKill.class))
        .extracting(HeadEffect.SendKill::identity)
        .containsExactlyInAnyOrder(identity(1), identity(2));
    driver.terminated(2, key(runId, 0), killedOutcome());
    assertThat(driver.answer(kill)).isNull();
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
  }

  @Test
  void runThatWaitsIsNotStartedWhereItsNamesakeLives() {
    driver.create(PROC);
    long runId = driver.execute("p", "");
    joinFromTheLostHistory(1, live(key(runId, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    driver.join(2);
    assertThat(driver.takeSent(HeadEffect.SendStart.class))
        .extracting(HeadEffect.SendStart::identity)
        .containsExactly(identity(2));
  }

  /** A run of this head that worker 2 has completed; its output is not fetched yet. */
  private long completed() {
    driver.create(PROC);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    driver.terminated(2, key(runId, 0), CoreDriver.exited(0));
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.COMPLETE);
    return runId;
  }

  @Test
  void whatLivesUnderTheIdOfARunThatCompletedIsNotKilledForThat() {
    long runId = completed();
    joinFromTheLostHistory(1, live(key(runId, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(driver.view(runId).segments()).hasSize(2);
    driver.pass(HOUR);
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();

    long kill = driver.kill(run(runId));
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
  }

  /** It was connected all the time, so no announcement tells that the store is behind. */
  @Test
  void journalThatHoldsWhatLivesUnderTheIdOfARunThatCompletedElsewhereIsImported() {
    long runId = completed();
    driver.join(1, live(key(runId, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void whatLivesUnderTheIdOfARunWhoseEndIsOnItsWayWaitsForThat() {
    driver.create(PROC);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    Epoch epoch = register(1, LOST, 12);
    driver.sent.clear();
    driver.linkUp(1, epoch);
    driver.holdStore();
    driver.terminated(2, key(runId, 0), CoreDriver.exited(0));
    driver.inventory(1, live(key(runId, 0), PROC, 1));
    driver.store();
    assertThat(driver.durable).noneMatch(Mutation.RunImported.class::isInstance);
    driver.pass(1_000);
    driver.inventory(1, live(key(runId, 0), PROC, 1));
    assertThat(driver.durable).anyMatch(Mutation.RunImported.class::isInstance);
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
  }

  /** The row of the run that completed is opened again by the same transaction. */
  @Test
  void killThatComesBeforeARefusedImportIsTriedAgainIsNotLost() {
    long runId = completed();
    Epoch epoch = register(1, LOST, 12);
    driver.sent.clear();
    driver.linkUp(1, epoch);
    driver.holdStore();
    driver.inventory(1, live(key(runId, 0), PROC, 1));
    driver.failStore("disk full");
    driver.kill(run(runId));
    driver.store();
    driver.durable.clear();
    driver.pass(1_000);
    assertThat(driver.durable).anyMatch(Mutation.RunImported.class::isInstance);
    assertThat(driver.durable.subList(1, driver.durable.size()))
        .anyMatch(Mutation.KillIntended.class::isInstance);
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).hasSize(1);
  }

  /** The call also waits for another run when the namesake of the first is found. */
  @Test
  void killThatARunOutranDoesNotAnswerForItsNamesake() {
    driver.create(PROC);
    driver.join(2);
    long outran = driver.execute("p", "");
    long other = driver.execute("p", "");
    driver.runStarts();
    long kill = driver.kill(new Selector(null, "", "p", ""));
    driver.terminated(2, key(outran, 0), CoreDriver.exited(0));
    driver.sent.clear();
    joinFromTheLostHistory(1, live(key(outran, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    driver.pass(HOUR);
    Answer.Killed answer = driver.answer(kill, Answer.Killed.class);
    assertThat(answer.runIds()).isEmpty();
    assertThat(answer.pending()).containsOnlyKeys(other);
  }

  @Test
  void whatLivesUnderTheIdOfARunThatWasKilledIsKilledToo() {
    driver.create(PROC);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    driver.kill(run(runId));
    driver.terminated(2, key(runId, 0), killedOutcome());
    driver.sent.clear();
    joinFromTheLostHistory(1, live(key(runId, 0), PROC, 1));
    assertThat(driver.durable).noneMatch(Mutation.RunImported.class::isInstance);
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).hasSize(1);
  }

  @Test
  void laterIncarnationThanTheStoreKnowsIsImported() {
    SegmentKey second = new SegmentKey(4, 2, 0);
    joinFromTheLostHistory(1, live(second, PROC, 1));
    assertThat(driver.view(4).incarnation()).isEqualTo(2);
    driver.kill(run(4));
    assertThat(driver.takeSent(HeadEffect.SendKill.class).getFirst().orders().getFirst().segment())
        .isEqualTo(second);
  }

  /** The id was of an entry before the restore, and is of a run whose Start has left since. */
  @Test
  void laterIncarnationIsShownAndKilledTogetherWithTheRunThatHasItsId() {
    driver.create(PROC);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    SegmentKey second = new SegmentKey(runId, 2, 0);
    joinFromTheLostHistory(1, live(second, PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(driver.view(runId).incarnation()).isEqualTo(1);
    assertThat(driver.view(runId).segments()).hasSize(2);

    driver.linkUp(2, new Epoch(8, "nonce"));
    long kill = driver.kill(run(runId));
    assertThat(driver.takeSent(HeadEffect.SendKill.class))
        .extracting(sent -> sent.orders().getFirst().segment())
        .containsExactlyInAnyOrder(key(runId, 0), second);
    driver.terminated(2, key(runId, 0), killedOutcome());
    assertThat(driver.answer(kill)).isNull();
    driver.terminated(1, second, killedOutcome());
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
  }

  /** In an unbroken history it would have been over before the later one began. */
  @Test
  void earlierIncarnationFromTheLostHistoryIsNotKilledForThat() {
    RunRequest request = CoreDriver.request("p", "", true);
    CoreDriver restored =
        new CoreDriver(
            new Recovered(
                CoreDriver.CLUSTER,
                CoreDriver.EPOCH,
                ImmutableList.of(CoreDriver.EPOCH),
                1,
                5,
                ImmutableList.of(PROC),
                ImmutableList.of(new Recovered.Entry(4, request, PROC, 1, 2, false)),
                ImmutableList.of(
                    new Recovered.Run(4, 2, request, PROC, null, null, ImmutableList.of())),
                ImmutableList.of()));
    Epoch epoch =
        restored
            .ask(new Command.RegisterWorker(announcement(1, LOST, 4)), Answer.Registered.class)
            .epoch();
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1, live(key(4, 0), PROC, 1));
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).isEmpty();
    restored.kill(run(4));
    assertThat(
            restored.takeSent(HeadEffect.SendKill.class).getFirst().orders().getFirst().segment())
        .isEqualTo(key(4, 0));
  }

  /** A run that has not begun is not given away for what another had its id for. */
  @Test
  void runThatWaitsIsNotReplacedByALaterIncarnationOfAnother() {
    driver.create(PROC);
    long runId = driver.execute("p", "");
    joinFromTheLostHistory(1, live(new SegmentKey(runId, 2, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    driver.join(2);
    assertThat(driver.takeSent(HeadEffect.SendStart.class))
        .extracting(sent -> sent.orders().getFirst().segment())
        .containsExactly(key(runId, 0));
  }

  private CoreDriver restoredWithAWaitingEntry() {
    RunRequest request = CoreDriver.request("p", "", true);
    return new CoreDriver(
        new Recovered(
            CoreDriver.CLUSTER,
            CoreDriver.EPOCH,
            ImmutableList.of(CoreDriver.EPOCH),
            1,
            5,
            ImmutableList.of(PROC),
            ImmutableList.of(new Recovered.Entry(4, request, PROC, 1, 1, false)),
            ImmutableList.of(
                new Recovered.Run(4, 1, request, PROC, null, null, ImmutableList.of())),
            ImmutableList.of()));
  }

  @Test
  void entryThatWaitsInTheStoreAndRunsAsItsNextIncarnationBeginsNoOther() {
    CoreDriver restored = restoredWithAWaitingEntry();
    Epoch epoch = joinWithTheNextIncarnation(restored);
    restored.ask(new Command.RegisterWorker(announcement(2, epoch, 4)), Answer.Registered.class);
    restored.linkUp(2, epoch);
    restored.inventory(2);
    assertThat(restored.view(4).incarnation()).isEqualTo(2);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
  }

  /** The cluster starts with the restored store; the one it had after the backup still runs. */
  @Test
  void incarnationOfThisClusterStartIsNotStartedWhileAJournalIsUnread() {
    RunRequest request = CoreDriver.request("p", "", true);
    CoreDriver restored =
        new CoreDriver(
            new Recovered(
                CoreDriver.CLUSTER,
                CoreDriver.EPOCH,
                ImmutableList.of(CoreDriver.EPOCH),
                2,
                5,
                ImmutableList.of(PROC),
                ImmutableList.of(new Recovered.Entry(4, request, PROC, 1, 1, false)),
                ImmutableList.of(),
                ImmutableList.of(worker(1), worker(2))));
    Epoch epoch =
        restored
            .ask(new Command.RegisterWorker(announcement(1, LOST, 4)), Answer.Registered.class)
            .epoch();
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1);
    restored.pass(HOUR);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.view(4).waiting()).contains("worker 2").contains("/forget/worker");

    restored.ask(new Command.RegisterWorker(announcement(2, LOST, 4)), Answer.Registered.class);
    restored.linkUp(2, epoch);
    restored.inventory(2, live(new SegmentKey(4, 2, 0), PROC, 1));
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(restored.view(4).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(restored.view(4).segments()).hasSize(1);
  }

  @Test
  void killOfAnEntryThatIsFoundAsItsNextIncarnationMeansThatOne() {
    CoreDriver restored = restoredWithAWaitingEntry();
    restored.holdStore();
    Epoch epoch = joinWithTheNextIncarnation(restored);
    assertThat(epoch.counter()).isEqualTo(8);
    long kill = restored.kill(run(4));
    restored.store();
    assertThat(restored.answer(kill)).isNull();
    assertThat(restored.takeSent(HeadEffect.SendKill.class).getFirst().orders())
        .extracting(HeadEffect.KillOrder::segment)
        .containsExactly(new SegmentKey(4, 2, 0));
    restored.terminated(1, new SegmentKey(4, 2, 0), killedOutcome());
    assertThat(restored.answer(kill, Answer.Killed.class).runIds()).containsExactly(4L);
  }

  /** The store takes what belongs to the registration; it may be held again for the inventory. */
  private static Epoch joinWithTheNextIncarnation(CoreDriver restored) {
    long request = restored.submit(new Command.RegisterWorker(announcement(1, LOST, 4)));
    while (!restored.hasAnswer(request)) {
      restored.event(new HeadEvent.Stored(restored.persists.remove().ticket()));
    }
    Epoch epoch = restored.answer(request, Answer.Registered.class).epoch();
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1, live(new SegmentKey(4, 2, 0), PROC, 1));
    return epoch;
  }

  /** It was connected all the time, and never tells what it has seen: a head dialled it. */
  @Test
  void onceOneJournalIsAheadNothingInTheOthersIsKilledForBeingUnknown() {
    driver.join(2);
    Epoch epoch = register(1, LOST, 12);
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
    joinFromTheLostHistory(1);
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
    Epoch epoch = register(1, LOST, 12);
    driver.sent.clear();
    driver.linkUp(1, epoch);
    driver.terminated(1, key(11, 0), CoreDriver.exited(0));
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).isEmpty();
    driver.inventory(1);
    driver.inventory(1);
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).hasSize(1);
  }

  @Test
  void runThatWasKilledWhileItWaitedIsNotBroughtBack() {
    CoreDriver restored =
        restored(
            new Recovered.Run(
                4, 1, CoreDriver.request("p", "tag", false), PROC, null, null, ImmutableList.of()));
    long kill = restored.kill(run(4));
    assertThat(restored.answer(kill, Answer.Killed.class).runIds()).containsExactly(4L);
    Epoch epoch =
        restored
            .ask(new Command.RegisterWorker(announcement(1, LOST, 4)), Answer.Registered.class)
            .epoch();
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1, live(key(4, 0), PROC, 1));
    restored.inventory(1, live(key(4, 0), PROC, 1));
    assertThat(restored.durable).noneMatch(Mutation.RunImported.class::isInstance);
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).hasSize(1);
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
    joinFromTheLostHistory(1, live(key(entry, 0), PROC, 1));
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
    assertThat(driver.durable).noneMatch(Mutation.RunImported.class::isInstance);
    driver.pass(1_000);
    assertThat(driver.takeSent(HeadEffect.FetchInventory.class)).hasSize(1);
  }

  /** What was abandoned may live, whatever became of the run that had not begun. */
  @Test
  void runWhoseNamesakeWasAbandonedIsNeverToldAsKilled() {
    driver.create(proc("d", ExecutionMode.DISTRIBUTED, 0));
    long runId = driver.execute("d", "");
    joinFromTheLostHistory(1, live(key(runId, 0), PROC, 1));
    driver.linkDown(1);
    driver.ask(new Command.ForgetWorker("1", CoreDriver.FACTS), Answer.WorkerForgotten.class);
    long kill = driver.kill(run(runId));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).isEmpty();
  }
}
