package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.exited;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.RunStatus;
import org.junit.jupiter.api.Test;

/** Runs become durable, then their placement, and only then do their Starts leave, once. */
class StartsTest {
  private final CoreDriver driver = new CoreDriver();

  @Test
  void runIsAnsweredOnlyWhenItIsDurable() {
    driver.createProcs();
    driver.holdStore();
    long request = driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    assertThat(driver.answer(request)).isNull();
    driver.store();
    assertThat(driver.answer(request)).isEqualTo(new Answer.Accepted(1));
  }

  @Test
  void runIdsGrowAndAreNotReusedAfterAFailure() {
    driver.createProcs();
    driver.holdStore();
    long request = driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    driver.failStore("disk full");
    assertThat(driver.answer(request)).isInstanceOf(Answer.Refused.class);
    driver.store();
    assertThat(driver.execute("p", "")).isEqualTo(2);
  }

  @Test
  void placementIsDurableBeforeItsStartLeaves() {
    driver.createProcs();
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
  void staleStartIsSentAgainUnderANewNumber() {
    driver.createProcs();
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
    driver.createProcs();
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
  void runThatBecomesDurableWhileItsProcIsDeletedNeverStarts() {
    driver.createProcs();
    driver.join(1);
    driver.holdStore();
    long execute = driver.submit(new Command.Execute(CoreDriver.request("p", "", false)));
    driver.submit(new Command.DeleteProc("p", CoreDriver.TERMS));
    driver.store();
    assertThat(driver.answer(execute)).isEqualTo(new Answer.Accepted(1));
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(driver.durable).contains(new Mutation.RunEnded(1, 1, RunStatus.KILLED, 1_000));
  }
}
