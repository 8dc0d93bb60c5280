package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.FACTS;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.run;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who is told what of a kill, and when. */
class KillAnswersTest {
  private final CoreDriver driver = new CoreDriver();

  @Test
  void everyCallerThatSelectedTheRunIsToldItsKill() {
    driver.createProcs();
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
  void answerWaitsForWhatCanBeReachedAndNotForTheRest() {
    driver.createProcs();
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
    driver.createProcs();
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
    long runId = driver.runningOnFirstWorker();
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
    driver.createProcs();
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
    long runId = driver.runningOnFirstWorker();
    driver.holdStore();
    driver.kill(run(runId));
    driver.failStore("disk full");
    driver.kill(run(runId));
    assertThat(driver.persists.element().mutations())
        .containsExactly(new Mutation.KillIntended(runId, 1, new KillIntent(FACTS)));
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
}
