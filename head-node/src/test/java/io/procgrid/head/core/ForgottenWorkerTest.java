package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.FACTS;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.live;
import static io.procgrid.head.core.CoreDriver.over;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.RunStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An operator gives a worker up (R9). */
class ForgottenWorkerTest {
  private static final ProcDefinition PROC = proc("p", ExecutionMode.NONDISTRIBUTED, 0);

  private final CoreDriver driver = new CoreDriver();
  private long runId;

  @BeforeEach
  void runOnAWorkerThatIsAway() {
    driver.create(PROC);
    driver.create(proc("d", ExecutionMode.DISTRIBUTED, 0));
    driver.join(1);
    runId = driver.execute("p", "");
    driver.runStarts();
  }

  private Answer forget(String worker) {
    return driver.ask(new Command.ForgetWorker(worker, FACTS), Answer.class);
  }

  private RunView ended(long run) {
    return driver.view(run);
  }

  @Test
  void workerThatIsUpIsNotForgotten() {
    assertThat(forget("1"))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(refused.message()).contains("worker 1").contains("is up"));
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void unknownWorkerIsAnErrorThatListsWhatThereIs() {
    assertThat(forget("7"))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(refused.message()).contains("'7'").contains("journal-1"));
  }

  @Test
  void itsRunsReadAbandonedAndNeverKilled() {
    driver.linkDown(1);
    long kill = driver.kill(run(runId));
    assertThat(forget("journal-1")).isEqualTo(new Answer.WorkerForgotten(ImmutableList.of(runId)));
    assertThat(driver.durable)
        .filteredOn(Mutation.SegmentEnded.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Mutation.SegmentEnded.class,
            end -> {
              assertThat(end.status()).isEqualTo(RunStatus.ERROR);
              assertThat(end.message())
                  .startsWith("abandoned: worker 1")
                  .contains("ann from 10.0.0.1:5")
                  .contains("may live on host host");
            });
    assertThat(driver.durable).contains(new Mutation.RunEnded(runId, 1, RunStatus.ERROR, 1_000));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).isEmpty();
  }

  @Test
  void killThatWaitsForItIsAnsweredAndDoesNotListItsRuns() {
    driver.join(2);
    long distributed = driver.execute("d", "");
    driver.runStarts();
    driver.linkDown(1);
    long kill = driver.kill(run(distributed));
    assertThat(driver.answer(kill)).isNull();
    forget("1");
    driver.terminated(2, key(distributed, 1), killedOutcome());
    Answer.Killed answer = driver.answer(kill, Answer.Killed.class);
    assertThat(answer.runIds()).isEmpty();
    assertThat(answer.pending()).isEmpty();
    assertThat(driver.durable)
        .contains(new Mutation.RunEnded(distributed, 1, RunStatus.ERROR, 1_000));
  }

  @Test
  void segmentThatWaitsForItAloneIsAbandonedToo() {
    driver.create(proc("one", ExecutionMode.DISTRIBUTED, 1));
    driver.execute("one", "");
    driver.runStarts();
    long waiting = driver.execute("one", "");
    driver.linkDown(1);
    assertThat(forget("1"))
        .isInstanceOfSatisfying(
            Answer.WorkerForgotten.class,
            answer -> assertThat(answer.runIds()).contains(runId).doesNotContain(waiting));
  }

  @Test
  void refusedByTheStoreNothingHasChanged() {
    driver.linkDown(1);
    driver.holdStore();
    long request = driver.submit(new Command.ForgetWorker("1", FACTS));
    driver.failStore("disk full");
    assertThat(driver.answer(request)).isInstanceOf(Answer.Refused.class);
    driver.store();
    assertThat(ended(runId).status()).isEqualTo(RunStatus.RUNNING);
    driver.linkUp(1, CoreDriver.EPOCH);
    driver.inventory(1, live(key(runId, 0), PROC, 1));
    assertThat(driver.ask(new Command.ShowWorkers(), Answer.Workers.class).workers())
        .extracting(Answer.WorkerView::state)
        .containsExactly("up");
  }

  @Test
  void itIsNeverPlacedOnAndIsEmptiedWhenItReturns() {
    driver.linkDown(1);
    forget("1");
    driver.execute("p", "");
    driver.sent.clear();
    Answer.Registered registered =
        driver.ask(
            new Command.RegisterWorker(CoreDriver.announcement(1, instance(1), 1)),
            Answer.Registered.class);
    assertThat(registered.notice()).contains("forgotten").contains("empty data folder");
    driver.linkUp(1, CoreDriver.EPOCH);
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
    driver.inventory(1, live(key(runId, 0), PROC, 1));
    HeadEffect.SendKill kill = driver.takeSent(HeadEffect.SendKill.class).getFirst();
    assertThat(kill.orders().getFirst().segment()).isEqualTo(key(runId, 0));
    driver.durable.clear();
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).hasSize(1);
    assertThat(driver.durable).isEmpty();
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(driver.ask(new Command.ShowWorkers(), Answer.Workers.class).workers())
        .extracting(Answer.WorkerView::state)
        .containsExactly("forgotten");
    driver.pass(1_000);
    driver.inventory(1);
    driver.linkDown(1);
    assertThat(driver.ask(new Command.ShowWorkers(), Answer.Workers.class).workers()).isEmpty();
  }

  @Test
  void endsItReportsAreStoredNowhere() {
    driver.linkDown(1);
    forget("1");
    driver.sent.clear();
    driver.linkUp(1, CoreDriver.EPOCH);
    driver.durable.clear();
    driver.inventory(1, over(key(runId, 0), CoreDriver.exited(0)));
    assertThat(driver.durable).noneMatch(Mutation.SegmentEnded.class::isInstance);
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).hasSize(1);
  }

  @Test
  void nobodyWaitsForItAtAClusterStart() {
    WorkerRecord forgotten =
        new WorkerRecord(
            1,
            identity(1),
            instance(1),
            "127.0.0.1:1",
            1,
            CoreDriver.announcement(1, instance(1), 1).host(),
            "cgroup",
            WorkerStanding.FORGOTTEN,
            ImmutableList.of());
    CoreDriver next =
        new CoreDriver(
            new Recovered(
                CoreDriver.CLUSTER,
                CoreDriver.EPOCH,
                ImmutableList.of(CoreDriver.EPOCH),
                1,
                1,
                ImmutableList.of(),
                ImmutableList.of(),
                ImmutableList.of(),
                ImmutableList.of(forgotten)));
    next.create(proc("d", ExecutionMode.DISTRIBUTED, 0));
    next.join(2);
    next.execute("d", "");
    assertThat(next.takeSent(HeadEffect.SendStart.class)).hasSize(1);
  }

  @Test
  void whoAnnouncesItselfWhileItIsForgottenDoesNotUndoIt() {
    driver.linkDown(1);
    driver.holdStore();
    driver.submit(new Command.ForgetWorker("1", FACTS));
    driver.event(new HeadEvent.Stored(driver.persists.remove().ticket()));
    long request =
        driver.submit(
            new Command.RegisterWorker(CoreDriver.announcement(1, new WorkerInstance("next"), 1)));
    driver.store();
    assertThat(driver.answer(request)).isInstanceOf(Answer.Refused.class);
    assertThat(driver.durable)
        .filteredOn(Mutation.WorkerRecorded.class::isInstance)
        .last()
        .isInstanceOfSatisfying(
            Mutation.WorkerRecorded.class,
            recorded ->
                assertThat(recorded.worker().standing()).isEqualTo(WorkerStanding.FORGOTTEN));
  }

  /** The head may crash before it tries again, and the next one believes nothing of the worker. */
  @Test
  void whatItHasProvenIsStoredWithTheForgettingThoughItWasRefusedBefore() {
    driver.holdStore();
    driver.terminated(1, key(runId, 0), killedOutcome());
    driver.linkDown(1);
    driver.submit(new Command.ForgetWorker("1", FACTS));
    driver.failStore("disk full");
    driver.event(new HeadEvent.Stored(driver.persists.remove().ticket()));
    assertThat(driver.persists.remove().mutations())
        .hasSize(3)
        .hasAtLeastOneElementOfType(Mutation.WorkerRecorded.class)
        .hasAtLeastOneElementOfType(Mutation.KillIntended.class)
        .anySatisfy(mutation ->
            assertThat(mutation)
                .isInstanceOfSatisfying(
                    Mutation.SegmentEnded.class,
                    end -> assertThat(end.status()).isEqualTo(RunStatus.KILLED)));
  }

  @Test
  void whatItTellsWhileItIsForgottenIsComparedAfterwards() {
    driver.linkDown(1);
    driver.holdStore();
    driver.submit(new Command.ForgetWorker("1", FACTS));
    driver.linkUp(1, CoreDriver.EPOCH);
    driver.sent.clear();
    driver.inventory(1, CoreDriver.live(key(9, 0), PROC, 1));
    assertThat(driver.sent).isEmpty();
    driver.store();
    assertThat(driver.takeSent(HeadEffect.FetchInventory.class)).hasSize(1);
  }

  /** A Start that had left before was just becoming durable there: no inventory lists that. */
  @Test
  void whatBeginsOnceItHasBeenEmptiedIsKilledTooAndAgainUntilItIsProven() {
    driver.linkDown(1);
    forget("1");
    driver.sent.clear();
    driver.linkUp(1, CoreDriver.EPOCH);
    driver.inventory(1);
    driver.event(new HeadEvent.SegmentStarted(identity(1), instance(1), key(runId, 0), 77, 2_000));
    for (int i = 0; i < 2; i++) {
      driver.pass(1_000);
      driver.inventory(1, live(key(runId, 0), PROC, 1));
      assertThat(driver.takeSent(HeadEffect.SendKill.class).getFirst().orders())
          .extracting(HeadEffect.KillOrder::segment)
          .containsExactly(key(runId, 0));
    }
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.takeSent(HeadEffect.SendForget.class)).hasSize(1);
  }
}
