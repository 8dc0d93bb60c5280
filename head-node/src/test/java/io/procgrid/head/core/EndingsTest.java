package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.FACTS;
import static io.procgrid.head.core.CoreDriver.exited;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import org.junit.jupiter.api.Test;

/** Ends become durable, then outputs; only then is a worker told to forget. */
class EndingsTest {
  private final CoreDriver driver = new CoreDriver();

  @Test
  void workerForgetsOnlyAfterEndAndOutputAreStored() {
    long runId = driver.runningOnFirstWorker();
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
    driver.createProcs();
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
  void outputThatCameDuringARefusedClearIsCollectedAgain() {
    driver.createProcs();
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

  @Test
  void waitingQueryIsAnsweredWhenTheRunsAreOverOrTheTimeIsUp() {
    long runId = driver.runningOnFirstWorker();
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
}
