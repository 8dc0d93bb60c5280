package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.FACTS;
import static io.procgrid.head.core.CoreDriver.exited;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static io.procgrid.head.core.CoreDriver.signalled;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import org.junit.jupiter.api.Test;

class HeadCoreTest {
  private final CoreDriver driver = new CoreDriver();

  private void createProcs() {
    driver.create(proc("p", ExecutionMode.NONDISTRIBUTED, 0));
    driver.create(proc("d", ExecutionMode.DISTRIBUTED, 0));
  }

  @Test
  void runIsAnsweredOnlyWhenItIsDurable() {
    createProcs();
    driver.holdStore();
    long request = driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    assertThat(driver.answer(request)).isNull();
    driver.store();
    assertThat(driver.answer(request)).isEqualTo(new Answer.Accepted(1));
  }

  @Test
  void runIdsGrowAndAreNotReusedAfterAFailure() {
    createProcs();
    driver.holdStore();
    long request = driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    driver.failStore("disk full");
    assertThat(driver.answer(request)).isInstanceOf(Answer.Refused.class);
    driver.store();
    assertThat(driver.execute("p", "")).isEqualTo(2);
  }

  @Test
  void placementIsDurableBeforeItsStartLeaves() {
    createProcs();
    driver.join(1);
    driver.execute("p", "");
    driver.takeSent(HeadEffect.SendStart.class);
    driver.holdStore();
    driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    // The run itself becomes durable, its placement not yet.
    HeadEffect.Persist created = driver.persists.remove();
    driver.event(new HeadEvent.Stored(created.ticket()));
    assertThat(driver.persists).hasSize(1);
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    driver.store();
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).hasSize(1);
  }

  @Test
  void killSendsSignalsWhileTheIntentIsOnItsWay() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    driver.holdStore();
    long kill = driver.kill(run(runId));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).hasSize(1);
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.answer(kill)).isNull();
    driver.store();
    assertThat(driver.answer(kill)).isInstanceOf(Answer.Killed.class);
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
  }

  @Test
  void killOfARunThatWaitsIsDoneAtOnceAndItIsNeverDispatched() {
    createProcs();
    long runId = driver.execute("p", "");
    long kill = driver.kill(run(runId));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
    driver.join(1);
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
  }

  @Test
  void killBetweenPlacementAndStartNeverSendsTheStart() {
    createProcs();
    driver.join(1);
    driver.holdStore();
    driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    driver.event(new HeadEvent.Stored(driver.persists.remove().ticket()));
    long kill = driver.kill(run(1));
    driver.store();
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isNotEmpty();
    assertThat(driver.answer(kill)).isNull();
    driver.terminated(
        1, key(1, 0), new Outcome(Outcome.Kind.NEVER_STARTED, null, "", 0, 2_000, 1, FACTS));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(1L);
  }

  @Test
  void runThatEndedByItselfDuringTheKillIsNotListedAndKeepsItsResult() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    long kill = driver.kill(run(runId));
    driver.terminated(1, key(runId, 0), exited(0));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).isEmpty();
    assertThat(driver.answer(kill, Answer.Killed.class).pending()).isEmpty();
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.COMPLETE);
  }

  /** A worker restarted in the middle of a kill finds a leader that SIGKILL ended. */
  @Test
  void leaderThatSigkillEndedWhileAKillWasUnderWayWasEndedByIt() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    long kill = driver.kill(run(runId));
    driver.terminated(1, key(runId, 0), signalled(9));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.KILLED);
  }

  @Test
  void leaderThatAnotherSignalEndedKeepsItsResult() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    long kill = driver.kill(run(runId));
    driver.terminated(1, key(runId, 0), signalled(11));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).isEmpty();
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.ERROR);
  }

  /** The head died after the ends of all segments were stored, before that of the run. */
  @Test
  void runOfWhichOnlyTheEndWasMissingInTheStoreEndsWithTheNextHead() {
    Placement placement = new Placement(identity(1), instance(1), "boot", "machine");
    Recovered.Segment over =
        new Recovered.Segment(
            0, null, "0", 1, placement, RunStatus.ERROR, exited(9), "exit status 9", true);
    Recovered.Run run =
        new Recovered.Run(
            7,
            1,
            CoreDriver.request("p", "", false),
            CoreDriver.proc("p", ExecutionMode.NONDISTRIBUTED, 0),
            null,
            null,
            ImmutableList.of(over));
    CoreDriver next = new CoreDriver(CoreDriver.recovered(run));
    assertThat(next.durable)
        .anySatisfy(mutation ->
            assertThat(mutation)
                .isInstanceOfSatisfying(
                    Mutation.RunEnded.class,
                    ended -> assertThat(ended.status()).isEqualTo(RunStatus.ERROR)));
  }

  @Test
  void everyCallerThatSelectedTheRunIsToldItsKill() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "tag");
    driver.runStarts();
    long first = driver.kill(run(runId));
    long second = driver.kill(new Selector(null, "tag", "", ""));
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.answer(first, Answer.Killed.class).runIds()).containsExactly(runId);
    assertThat(driver.answer(second, Answer.Killed.class).runIds()).containsExactly(runId);
    assertThat(driver.answer(driver.kill(run(runId)), Answer.Killed.class).runIds()).isEmpty();
  }

  @Test
  void killOfARunOnAWorkerThatIsAwayIsPendingAndCarriedOutFirstThingOnItsReturn() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    driver.event(new HeadEvent.LinkDown(identity(1), instance(1), "no heartbeat"));
    long kill = driver.kill(run(runId));
    Answer.Killed answer = driver.answer(kill, Answer.Killed.class);
    assertThat(answer.runIds()).isEmpty();
    assertThat(answer.pending().get(runId)).contains("worker 1").contains("no heartbeat");
    driver.sent.clear();
    driver.event(
        new HeadEvent.LinkUp(identity(1), instance(1), CoreDriver.EPOCH, 1, ImmutableList.of()));
    assertThat(driver.sent.get(0)).isInstanceOf(HeadEffect.SendKill.class);
    assertThat(driver.sent.get(1)).isInstanceOf(HeadEffect.FetchInventory.class);
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.KILLED);
  }

  private static HeadEvent.InventoryItem acceptedItem(long runId) {
    return new HeadEvent.InventoryItem(
        key(runId, 0), HeadEvent.InventoryItem.State.ACCEPTED, null, 0, 0, false, null);
  }

  /** What a restarted worker had accepted and not begun waits for a word of the head. */
  @Test
  void acceptedSegmentOfARestartedWorkerMayBeginUnlessItsKillIsPending() {
    createProcs();
    driver.join(1);
    long wanted = driver.execute("p", "");
    long killed = driver.execute("p", "");
    driver.runStarts();
    driver.linkDown(1);
    driver.kill(run(killed));
    driver.sent.clear();
    driver.join(1, new WorkerInstance("restarted"), acceptedItem(wanted), acceptedItem(killed));
    assertThat(driver.takeSent(HeadEffect.SendProceed.class))
        .flatExtracting(HeadEffect.SendProceed::segments)
        .containsExactly(key(wanted, 0));
  }

  @Test
  void answerWaitsForWhatCanBeReachedAndNotForTheRest() {
    createProcs();
    driver.join(1);
    driver.join(2);
    long runId = driver.execute("d", "");
    driver.runStarts();
    driver.event(new HeadEvent.LinkDown(identity(2), instance(2), "no heartbeat"));
    long kill = driver.kill(run(runId));
    assertThat(driver.hasAnswer(kill)).isFalse();
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.answer(kill, Answer.Killed.class).pending().get(runId))
        .contains("worker 2")
        .contains("no heartbeat");
  }

  @Test
  void answerComesInTimeAndNamesWhatIsPending() {
    createProcs();
    driver.join(1);
    driver.join(2);
    long hung = driver.execute("p", "");
    long other = driver.execute("p", "");
    driver.runStarts();
    long kill = driver.kill(Selector.ALL);
    driver.terminated(2, key(other, 0), killedOutcome());
    assertThat(driver.answer(kill)).isNull();
    driver.event(
        new HeadEvent.KillBlocked(identity(1), instance(1), key(hung, 0), "pid 7 in state D"));
    driver.pass(10_000);
    Answer.Killed answer = driver.answer(kill, Answer.Killed.class);
    assertThat(answer.runIds()).containsExactly(other);
    assertThat(answer.pending()).containsEntry(hung, "pid 7 in state D");
    assertThat(answer.elapsedMillis()).isEqualTo(10_000);
  }

  @Test
  void killThatTheStoreDoesNotTakeIsAnErrorAndNeverOk() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    driver.holdStore();
    long kill = driver.kill(run(runId));
    driver.failStore("disk full");
    driver.pass(10_000);
    assertThat(driver.answer(kill)).isInstanceOf(Answer.Refused.class);
    assertThat(driver.answer(kill, Answer.Refused.class).unknown()).isTrue();
    driver.store();
    assertThat(driver.durable).anyMatch(Mutation.KillIntended.class::isInstance);
  }

  @Test
  void killOfARunThatIsOverInMemoryAloneWaitsUntilTheStoreHasIt() {
    createProcs();
    long runId = driver.execute("p", "");
    driver.holdStore();
    driver.kill(run(runId));
    driver.failStore("disk full");
    long second = driver.kill(run(runId));
    driver.store();
    // Its intent is in the store by now, its end is to be tried again.
    assertThat(driver.hasAnswer(second)).isFalse();
    driver.pass(1_000);
    assertThat(driver.answer(second, Answer.Killed.class).runIds()).containsExactly(runId);
  }

  @Test
  void killStoresTheIntentOfAnEarlierOneThatTheStoreRefused() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    driver.holdStore();
    driver.kill(run(runId));
    driver.failStore("disk full");
    driver.kill(run(runId));
    assertThat(driver.persists.element().mutations())
        .containsExactly(new Mutation.KillIntended(runId, 1, new KillIntent(FACTS)));
  }

  @Test
  void proofFromAnotherWorkerDoesNotCount() {
    createProcs();
    driver.join(1);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    long kill = driver.kill(run(runId));
    driver.terminated(2, key(runId, 0), killedOutcome());
    assertThat(driver.answer(kill)).isNull();
  }

  @Test
  void eventsOfAReplacedProcessChangeNothing() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    WorkerInstance second = new WorkerInstance("second");
    driver.join(
        1,
        second,
        new HeadEvent.InventoryItem(
            key(runId, 0), HeadEvent.InventoryItem.State.RUNNING, null, 7, 1_000, false, null));
    driver.terminated(1, key(runId, 0), exited(0));
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void announcementThatComesLateDoesNotLeaveTheStandingProcessUnlinked() {
    driver.join(1);
    driver.takeSent(HeadEffect.Dial.class);

    WorkerInstance former = new WorkerInstance("process-1-former");
    driver.ask(
        new Command.RegisterWorker(CoreDriver.announcement(1, former, 1)), Answer.Registered.class);
    assertThat(driver.takeSent(HeadEffect.HangUp.class))
        .containsExactly(new HeadEffect.HangUp(identity(1), instance(1)));

    driver.ask(
        new Command.RegisterWorker(CoreDriver.announcement(1, instance(1), 1)),
        Answer.Registered.class);
    assertThat(driver.takeSent(HeadEffect.Dial.class).getLast().instance()).isEqualTo(instance(1));
  }

  @Test
  void segmentThatTheJournalNeverAcceptedIsPlacedAnewOnTheNewProcess() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.takeSent(HeadEffect.SendStart.class);
    WorkerInstance second = new WorkerInstance("second");
    driver.join(1, second);
    HeadEffect.SendStart again = driver.takeSent(HeadEffect.SendStart.class).get(0);
    assertThat(again.instance()).isEqualTo(second);
    assertThat(again.orders().get(0).segment()).isEqualTo(key(runId, 0));
    assertThat(again.orders().get(0).dispatchNumber()).isEqualTo(2);
    assertThat(driver.durable)
        .filteredOn(Mutation.SegmentPlaced.class::isInstance)
        .extracting(m -> ((Mutation.SegmentPlaced) m).placement().instance())
        .containsExactly(instance(1), second);
  }

  @Test
  void staleStartIsSentAgainUnderANewNumber() {
    createProcs();
    driver.join(1);
    driver.execute("p", "");
    driver.takeSent(HeadEffect.SendStart.class);
    driver.event(
        new HeadEvent.StartAnswered(
            identity(1),
            instance(1),
            ImmutableList.of(
                new HeadEvent.StartAnswer(
                    key(1, 0), 1, HeadEvent.StartAnswer.Decision.STALE, ""))));
    HeadEffect.SendStart again = driver.takeSent(HeadEffect.SendStart.class).get(0);
    assertThat(again.orders().get(0).dispatchNumber()).isEqualTo(2);
  }

  @Test
  void segmentOfARunThatIsOverIsKilledAsAnOrphan() {
    createProcs();
    SegmentKey orphan = key(driver.execute("p", ""), 0);
    driver.kill(run(orphan.runId()));
    driver.join(
        1,
        new HeadEvent.InventoryItem(
            orphan, HeadEvent.InventoryItem.State.RUNNING, null, 7, 1_000, false, null));
    HeadEffect.SendKill kill = driver.takeSent(HeadEffect.SendKill.class).get(0);
    assertThat(kill.orders().get(0).segment()).isEqualTo(orphan);
    driver.terminated(1, orphan, killedOutcome());
    assertThat(driver.takeSent(HeadEffect.SendForget.class).get(0).orders().get(0).segment())
        .isEqualTo(orphan);
  }

  /** Its message may have been lost, and the worker stays connected. */
  @Test
  void killOfAnOrphanIsOrderedAgainUntilItIsAnswered() {
    createProcs();
    SegmentKey orphan = key(driver.execute("p", ""), 0);
    driver.kill(run(orphan.runId()));
    HeadEvent.InventoryItem alive =
        new HeadEvent.InventoryItem(
            orphan, HeadEvent.InventoryItem.State.RUNNING, null, 7, 1_000, false, null);
    driver.join(1, alive);
    driver.sent.clear();
    driver.event(
        new HeadEvent.KillUnanswered(identity(1), instance(1), ImmutableList.of(orphan), "lost"));
    driver.pass(2_000);
    driver.inventory(1, alive);
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).hasSize(1);
  }

  /** Its Start was still on its way when the inventories were compared. */
  @Test
  void whatBeginsAndNoRunStandsForIsKilledAsAnOrphan() {
    createProcs();
    SegmentKey orphan = key(driver.execute("p", ""), 0);
    driver.kill(run(orphan.runId()));
    driver.join(1);
    driver.sent.clear();
    driver.event(new HeadEvent.SegmentStarted(identity(1), instance(1), orphan, 77, 2_000));
    driver.pass(1_000);
    driver.inventory(
        1,
        new HeadEvent.InventoryItem(
            orphan, HeadEvent.InventoryItem.State.RUNNING, null, 77, 2_000, false, null));
    assertThat(driver.takeSent(HeadEffect.SendKill.class).getFirst().orders())
        .extracting(HeadEffect.KillOrder::segment)
        .containsExactly(orphan);
  }

  @Test
  void reportOfAKillWithoutIntentCreatesItForTheWholeRun() {
    createProcs();
    driver.join(1);
    driver.join(2);
    long runId = driver.execute("d", "");
    driver.runStarts();
    driver.terminated(1, key(runId, 0), killedOutcome());
    HeadEffect.SendKill kill = driver.takeSent(HeadEffect.SendKill.class).get(0);
    assertThat(kill.identity()).isEqualTo(identity(2));
    assertThat(driver.durable).contains(new Mutation.KillIntended(runId, 1, new KillIntent(FACTS)));
  }

  @Test
  void workerForgetsOnlyAfterEndAndOutputAreStored() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    driver.holdStore();
    driver.terminated(1, key(runId, 0), exited(0));
    assertThat(driver.takeSent(HeadEffect.CollectOutput.class)).isEmpty();
    driver.store();
    assertThat(driver.takeSent(HeadEffect.CollectOutput.class)).hasSize(1);
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).isEmpty();
    driver.event(
        new HeadEvent.OutputCollected(identity(1), instance(1), key(runId, 0), SegmentOutput.NONE));
    assertThat(driver.takeSent(HeadEffect.SendForget.class).get(0).orders())
        .containsExactly(new HeadEffect.ForgetOrder(key(runId, 0), 1));
    driver.event(
        new HeadEvent.Forgotten(
            identity(1), instance(1), ImmutableList.of(key(runId, 0)), ImmutableList.of()));
    assertThat(driver.ask(new Command.QueryRuns(run(runId), 0), Answer.Runs.class).runs())
        .isEmpty();
  }

  @Test
  void tombstoneOfAKillThatCameAfterItsSegmentWasForgottenIsForgottenToo() {
    createProcs();
    driver.join(1);
    driver.join(2);
    long runId = driver.execute("d", "");
    driver.runStarts();
    driver.kill(run(runId));
    SegmentKey over = key(runId, 0);
    driver.terminated(1, over, killedOutcome());
    driver.event(new HeadEvent.OutputCollected(identity(1), instance(1), over, SegmentOutput.NONE));
    driver.event(
        new HeadEvent.Forgotten(
            identity(1), instance(1), ImmutableList.of(over), ImmutableList.of()));
    driver.takeSent(HeadEffect.SendForget.class);

    // The run stays on the heap for its other segment; the same kill comes late to worker 1.
    driver.terminated(
        1, over, new Outcome(Outcome.Kind.NEVER_STARTED, null, "", 0, 3_000, 1, FACTS));
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).hasSize(1);

    driver.event(
        new HeadEvent.Forgotten(
            identity(1), instance(1), ImmutableList.of(), ImmutableList.of(over)));
    driver.pass(1_000);
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).hasSize(1);
  }

  @Test
  void concurrencyLimitHoldsPerWorkerAndWaitingRunsStartInOrder() {
    driver.create(proc("p", ExecutionMode.NONDISTRIBUTED, 1));
    driver.join(1);
    driver.join(2);
    for (int i = 0; i < 4; i++) {
      driver.execute("p", "");
    }
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).hasSize(2);
    assertThat(driver.view(3).waiting()).contains("max_concurrency_per_node=1");
    driver.terminated(2, key(2, 0), exited(0));
    HeadEffect.SendStart third = driver.takeSent(HeadEffect.SendStart.class).get(0);
    assertThat(third.identity()).isEqualTo(identity(2));
    assertThat(third.orders().get(0).segment().runId()).isEqualTo(3);
    driver.kill(run(1));
    driver.terminated(1, key(1, 0), killedOutcome());
    assertThat(driver.takeSent(HeadEffect.SendStart.class).get(0).orders().get(0).segment().runId())
        .isEqualTo(4);
  }

  @Test
  void nondistributedRunsGoToTheWorkerWithTheFewestProcessesThenTheLowestNumber() {
    createProcs();
    driver.join(2);
    driver.join(1);
    for (int i = 0; i < 3; i++) {
      driver.execute("p", "");
    }
    assertThat(driver.takeSent(HeadEffect.SendStart.class))
        .extracting(HeadEffect.SendStart::identity)
        .containsExactly(identity(1), identity(2), identity(1));
  }

  @Test
  void deletedProcIsGoneAtOnceAndItsRunsAreKilled() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    long delete = driver.submit(new Command.DeleteProc("p", CoreDriver.TERMS));
    assertThat(driver.ask(new Command.ShowProcs(""), Answer.Procs.class).procs())
        .extracting(ProcDefinition::name)
        .containsExactly("d");
    driver.create(proc("p", ExecutionMode.NONDISTRIBUTED, 0));
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.answer(delete, Answer.Killed.class).runIds()).containsExactly(runId);
  }

  @Test
  void runThatBecomesDurableWhileItsProcIsDeletedNeverStarts() {
    createProcs();
    driver.join(1);
    driver.holdStore();
    long execute = driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    driver.submit(new Command.DeleteProc("p", CoreDriver.TERMS));
    driver.store();
    assertThat(driver.answer(execute)).isEqualTo(new Answer.Accepted(1));
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(driver.durable).contains(new Mutation.RunEnded(1, 1, RunStatus.KILLED, 1_000));
  }

  @Test
  void waitingQueryIsAnsweredWhenTheRunsAreOverOrTheTimeIsUp() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    long soon = driver.submit(new Command.QueryRuns(run(runId), 60_000));
    long later = driver.submit(new Command.QueryRuns(run(runId), 500));
    driver.pass(500);
    assertThat(driver.answer(later, Answer.Runs.class).runs().get(0).status())
        .isEqualTo(RunStatus.RUNNING);
    assertThat(driver.answer(soon)).isNull();
    driver.terminated(1, key(runId, 0), exited(3));
    assertThat(driver.answer(soon, Answer.Runs.class).runs().get(0).status())
        .isEqualTo(RunStatus.ERROR);
    driver.pass(120_000);
  }

  @Test
  void workerOfAnotherClusterIsRefused() {
    WorkerAnnouncement announcement = CoreDriver.announcement(1, instance(1), 1);
    WorkerAnnouncement foreign =
        new WorkerAnnouncement(
            "other",
            announcement.identity(),
            announcement.instance(),
            1,
            announcement.address(),
            1,
            announcement.host(),
            "cgroup",
            null,
            0);
    assertThat(driver.ask(new Command.RegisterWorker(foreign), Answer.Refused.class).message())
        .contains("other")
        .contains("cluster");
  }

  @Test
  void killFactsAreShownInTheMessage() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.runStarts();
    driver.kill(run(runId));
    driver.terminated(1, key(runId, 0), killedOutcome());
    KillFacts facts = FACTS;
    assertThat(driver.view(runId).segments().get(0).message())
        .contains(facts.user())
        .contains(facts.origin())
        .contains("1970-01-01T00:00:01Z");
  }

  @Test
  void killThatFindsNothingIsAnsweredAfterACommitOfItsOwn() {
    driver.holdStore();
    long kill = driver.kill(Selector.ALL);
    assertThat(driver.answer(kill)).isNull();
    assertThat(driver.persists).hasSize(1);
    driver.store();
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).isEmpty();
  }

  @Test
  void runWhoseSegmentsHaveAllEndedIsEndedByTheNextHead() {
    Recovered.Segment over =
        new Recovered.Segment(
            0,
            null,
            "0",
            1,
            new Placement(identity(1), instance(1), "boot", "machine"),
            RunStatus.COMPLETE,
            exited(0),
            "",
            true);
    Recovered.Run unfinished =
        new Recovered.Run(
            4,
            1,
            CoreDriver.request("p", "", false),
            proc("p", ExecutionMode.NONDISTRIBUTED, 0),
            null,
            null,
            ImmutableList.of(over));
    CoreDriver next =
        new CoreDriver(
            new Recovered(
                CoreDriver.CLUSTER,
                CoreDriver.EPOCH,
                ImmutableList.of(CoreDriver.EPOCH),
                1,
                5,
                ImmutableList.of(),
                ImmutableList.of(),
                ImmutableList.of(unfinished),
                ImmutableList.of()));
    assertThat(next.durable).contains(new Mutation.RunEnded(4, 1, RunStatus.COMPLETE, 1_000));
  }

  /** A worker lists it while its journal is at work on it, and may yet have to reject it. */
  @Test
  void listedAcceptanceIsConfirmedByAnotherStart() {
    createProcs();
    driver.join(1);
    long runId = driver.execute("p", "");
    driver.linkDown(1);
    driver.takeSent(HeadEffect.SendStart.class);
    driver.join(1, acceptedItem(runId));
    assertThat(driver.takeSent(HeadEffect.SendStart.class))
        .flatExtracting(HeadEffect.SendStart::orders)
        .singleElement()
        .isInstanceOfSatisfying(
            HeadEffect.StartOrder.class, order -> assertThat(order.dispatchNumber()).isEqualTo(2));
  }

  @Test
  void outputThatCameDuringARefusedClearIsCollectedAgain() {
    createProcs();
    driver.join(1);
    long runId = driver.ask(new Command.Execute(outputRequest()), Answer.Accepted.class).runId();
    driver.runStarts();
    driver.terminated(1, key(runId, 0), CoreDriver.exited(0));
    driver.holdStore();
    driver.submit(new Command.ClearRuns(ImmutableList.of(runId)));
    driver.event(
        new HeadEvent.OutputCollected(identity(1), instance(1), key(runId, 0), SegmentOutput.NONE));
    driver.sent.clear();
    driver.failStore("disk full");
    assertThat(driver.takeSent(HeadEffect.CollectOutput.class)).hasSize(1);
  }

  private static RunRequest outputRequest() {
    RunRequest plain = CoreDriver.request("p", "", false);
    return new RunRequest(
        plain.procName(),
        plain.params(),
        plain.binParams(),
        plain.inputTableNames(),
        plain.inputColumnNames(),
        plain.outputTableNames(),
        plain.options(),
        plain.runTag(),
        100,
        false);
  }
}
