package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.live;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static io.procgrid.head.core.LostHistory.PROC;
import static io.procgrid.head.core.LostHistory.connect;
import static io.procgrid.head.core.LostHistory.join;
import static io.procgrid.head.core.LostHistory.restored;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One id, two runs: that of a store that was restored, and that of a journal from before (R10). */
class NamesakesTest {
  private static final long HOUR = 3_600_000;

  private final CoreDriver driver = new CoreDriver();

  /** The restored head gave an id away that a journal had, before it could know. */
  @Test
  void runOfTheSameIdIsShownAndKilledTogetherWithItsNamesake() {
    driver.create(PROC);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    join(driver, 1, live(key(runId, 0), PROC, 1));
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
    join(driver, 1, live(key(runId, 0), PROC, 1));
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
    join(driver, 1, live(key(runId, 0), PROC, 1));
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
    connect(driver, 1, 12);
    driver.holdStore();
    driver.terminated(2, key(runId, 0), CoreDriver.exited(0));
    driver.inventory(1, live(key(runId, 0), PROC, 1));
    driver.store();
    assertThat(driver.durable).noneMatch(Mutation.SegmentImported.class::isInstance);
    driver.pass(1_000);
    driver.inventory(1, live(key(runId, 0), PROC, 1));
    assertThat(driver.durable).anyMatch(Mutation.RunReopened.class::isInstance);
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).isEmpty();
  }

  /** The id was given away again, and the run placed where the former one was and is forgotten. */
  @Test
  void endOfTheFormerRunThatIsToldLateIsNotThatOfTheNewOne() {
    Outcome former = CoreDriver.exited(7);
    CoreDriver restored = restored(1, ImmutableList.of(), ImmutableList.of(), ImmutableList.of());
    long runId = restored.execute("p", "");
    restored.join(1, CoreDriver.over(key(runId, 0), former));
    restored.event(
        new HeadEvent.Forgotten(
            identity(1),
            CoreDriver.instance(1),
            ImmutableList.of(key(runId, 0)),
            ImmutableList.of()));
    restored.runStarts();
    restored.terminated(1, key(runId, 0), former);
    assertThat(restored.view(runId).segments()).hasSize(1);
    assertThat(restored.view(runId).status()).isEqualTo(RunStatus.RUNNING);
    restored.terminated(1, key(runId, 0), CoreDriver.exited(0));
    assertThat(restored.view(runId).status()).isEqualTo(RunStatus.COMPLETE);
  }

  private static Recovered.Segment onWorker1(
      int number, @Nullable SegmentKey namesake, @Nullable Outcome outcome, boolean outputSaved) {
    return new Recovered.Segment(
        number,
        namesake,
        "0",
        1,
        new Placement(identity(1), CoreDriver.instance(1), "boot", "machine"),
        outcome == null ? null : outcome.runStatus(),
        outcome,
        "",
        outputSaved);
  }

  private static CoreDriver restoredWith(
      @Nullable RunStatus status, Recovered.Segment... segments) {
    Recovered.Run run =
        new Recovered.Run(
            4,
            1,
            CoreDriver.request("p", "tag", false),
            PROC,
            status,
            null,
            ImmutableList.copyOf(segments));
    return restored(
        1, ImmutableList.of(), ImmutableList.of(run), ImmutableList.of(LostHistory.worker(1)));
  }

  /** Its namesake was over and forgotten; the run was placed there then; the head crashed. */
  @Test
  void segmentIsNotForgottenForANamesakeThatWasThereBefore() {
    CoreDriver restored =
        restoredWith(
            null,
            onWorker1(0, null, null, false),
            onWorker1(1_000_000, key(4, 0), CoreDriver.exited(0), true));
    restored.linkUp(1, CoreDriver.EPOCH);
    restored.holdStore();
    restored.inventory(1, CoreDriver.over(key(4, 0), CoreDriver.exited(0)));
    assertThat(restored.takeSent(HeadEffect.SendForget.class)).isEmpty();
    restored.store();
    assertThat(restored.takeSent(HeadEffect.CollectOutput.class)).hasSize(1);
    restored.terminated(1, key(4, 0), CoreDriver.exited(0));
    assertThat(restored.takeSent(HeadEffect.SendForget.class)).isEmpty();
    SegmentOutput output = new SegmentOutput(ImmutableList.of("own"), ImmutableList.of());
    restored.event(
        new HeadEvent.OutputCollected(identity(1), CoreDriver.instance(1), key(4, 0), output));
    assertThat(restored.durable).contains(new Mutation.OutputSaved(key(4, 0), output));
    assertThat(restored.takeSent(HeadEffect.SendForget.class)).hasSize(1);
  }

  /** The store was restored twice: from an old backup, and then from a newer one. */
  @Test
  void whatLivesUnderTheVeryNameOfASegmentThatCompletedIsNotKilledForThat() {
    CoreDriver restored =
        restoredWith(RunStatus.COMPLETE, onWorker1(0, null, CoreDriver.exited(0), false));
    join(restored, 1, live(key(4, 0), PROC, 1));
    restored.inventory(1, live(key(4, 0), PROC, 1));
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(restored.takeSent(HeadEffect.SendForget.class)).isEmpty();
    assertThat(restored.view(4).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(restored.view(4).segments()).hasSize(1);

    long kill = restored.kill(run(4));
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).hasSize(1);
    restored.terminated(1, key(4, 0), killedOutcome());
    assertThat(restored.answer(kill, Answer.Killed.class).runIds()).containsExactly(4L);
  }

  @Test
  void inventoryOfBeforeTheEndBringsNothingBack() {
    driver.create(PROC);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    driver.linkDown(2);
    connect(driver, 2, 12);
    driver.terminated(2, key(runId, 0), CoreDriver.exited(0));
    driver.inventory(2, live(key(runId, 0), PROC, 1));
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.COMPLETE);
    assertThat(driver.durable).noneMatch(Mutation.SegmentImported.class::isInstance);
  }

  /** The row of the run that completed is opened again by the same transaction. */
  @Test
  void killThatComesBeforeARefusedImportIsTriedAgainIsNotLost() {
    long runId = completed();
    connect(driver, 1, 12);
    driver.holdStore();
    driver.inventory(1, live(key(runId, 0), PROC, 1));
    driver.failStore("disk full");
    driver.kill(run(runId));
    driver.store();
    driver.durable.clear();
    driver.pass(1_000);
    assertThat(driver.durable).anyMatch(Mutation.RunReopened.class::isInstance);
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
    join(driver, 1, live(key(outran, 0), PROC, 1));
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
    join(driver, 1, live(key(runId, 0), PROC, 1));
    assertThat(driver.durable).noneMatch(Mutation.SegmentImported.class::isInstance);
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).hasSize(1);
  }

  /** The id was of an entry before the restore, and is of a run whose Start has left since. */
  @Test
  void laterIncarnationIsShownAndKilledTogetherWithTheRunThatHasItsId() {
    driver.create(PROC);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    SegmentKey second = new SegmentKey(runId, 2, 0);
    join(driver, 1, live(second, PROC, 1));
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
        restored(
            1,
            ImmutableList.of(new Recovered.Entry(4, request, PROC, 1, 2, false)),
            ImmutableList.of(
                new Recovered.Run(4, 2, request, PROC, null, null, ImmutableList.of())),
            ImmutableList.of());
    connect(restored, 1, 4);
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
    join(driver, 1, live(new SegmentKey(runId, 2, 0), PROC, 1));
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    driver.join(2);
    assertThat(driver.takeSent(HeadEffect.SendStart.class))
        .extracting(sent -> sent.orders().getFirst().segment())
        .containsExactly(key(runId, 0));
  }

  /** What was abandoned may live, whatever became of the run that had not begun. */
  @Test
  void runWhoseNamesakeWasAbandonedIsNeverToldAsKilled() {
    driver.create(proc("d", ExecutionMode.DISTRIBUTED, 0));
    long runId = driver.execute("d", "");
    join(driver, 1, live(key(runId, 0), PROC, 1));
    driver.linkDown(1);
    driver.ask(new Command.ForgetWorker("1", CoreDriver.FACTS), Answer.WorkerForgotten.class);
    long kill = driver.kill(run(runId));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).isEmpty();
  }
}
