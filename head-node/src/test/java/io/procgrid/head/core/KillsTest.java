package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.FACTS;
import static io.procgrid.head.core.CoreDriver.exited;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static io.procgrid.head.core.CoreDriver.signalled;
import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import org.junit.jupiter.api.Test;

/** What a kill does, and whose end it counts as its own. */
class KillsTest {
  private final CoreDriver driver = new CoreDriver();

  @Test
  void killSendsSignalsWhileTheIntentIsOnItsWay() {
    long runId = driver.runningOnFirstWorker();
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
    driver.createProcs();
    long runId = driver.execute("p", "");
    long kill = driver.kill(run(runId));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
    driver.join(1);
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
  }

  @Test
  void killBetweenPlacementAndStartNeverSendsTheStart() {
    driver.createProcs();
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
    long runId = driver.runningOnFirstWorker();
    long kill = driver.kill(run(runId));
    driver.terminated(1, key(runId, 0), exited(0));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).isEmpty();
    assertThat(driver.answer(kill, Answer.Killed.class).pending()).isEmpty();
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.COMPLETE);
  }

  /** A worker restarted in the middle of a kill finds a leader that SIGKILL ended. */
  @Test
  void leaderThatSigkillEndedWhileAKillWasUnderWayWasEndedByIt() {
    long runId = driver.runningOnFirstWorker();
    long kill = driver.kill(run(runId));
    driver.terminated(1, key(runId, 0), signalled(9));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.KILLED);
  }

  @Test
  void leaderThatAnotherSignalEndedKeepsItsResult() {
    long runId = driver.runningOnFirstWorker();
    long kill = driver.kill(run(runId));
    driver.terminated(1, key(runId, 0), signalled(11));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).isEmpty();
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.ERROR);
  }

  @Test
  void proofFromAnotherWorkerDoesNotCount() {
    driver.createProcs();
    driver.join(1);
    driver.join(2);
    long runId = driver.execute("p", "");
    driver.runStarts();
    long kill = driver.kill(run(runId));
    driver.terminated(2, key(runId, 0), killedOutcome());
    assertThat(driver.answer(kill)).isNull();
  }

  @Test
  void reportOfAKillWithoutIntentCreatesItForTheWholeRun() {
    driver.createProcs();
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
  void deletedProcIsGoneAtOnceAndItsRunsAreKilled() {
    long runId = driver.runningOnFirstWorker();
    long delete = driver.submit(new Command.DeleteProc("p", CoreDriver.TERMS));
    assertThat(driver.ask(new Command.ShowProcs(""), Answer.Procs.class).procs())
        .extracting(ProcDefinition::name)
        .containsExactly("d");
    driver.create(proc("p", ExecutionMode.NONDISTRIBUTED, 0));
    driver.terminated(1, key(runId, 0), killedOutcome());
    assertThat(driver.answer(delete, Answer.Killed.class).runIds()).containsExactly(runId);
  }

  @Test
  void killFactsAreShownInTheMessage() {
    long runId = driver.runningOnFirstWorker();
    driver.kill(run(runId));
    driver.terminated(1, key(runId, 0), killedOutcome());
    KillFacts facts = FACTS;
    assertThat(driver.view(runId).segments().get(0).message())
        .contains(facts.user())
        .contains(facts.origin())
        .contains("1970-01-01T00:00:01Z");
  }
}
