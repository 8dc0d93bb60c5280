package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.ExecutionMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker's journal is lost; another worker of the host found what it left (R8). */
class LeftoverKillsTest {
  private final CoreDriver driver = new CoreDriver();
  private long runId;

  @BeforeEach
  void runOfAWorkerThatIsGone() {
    driver.create(proc("p", ExecutionMode.NONDISTRIBUTED, 0));
    driver.join(1);
    runId = driver.execute("p", "");
    driver.runStarts();
    driver.linkDown(1);
    driver.join(2);
    driver.sent.clear();
  }

  private void found(WorkerIdentity lost, SegmentKey... segments) {
    driver.event(
        new HeadEvent.LeftoversFound(
            identity(2),
            instance(2),
            ImmutableList.of(new HeadEvent.Leftover(lost, ImmutableList.copyOf(segments)))));
  }

  private void terminated(SegmentKey key) {
    driver.event(
        new HeadEvent.LeftoverTerminated(
            identity(2), instance(2), identity(1), key, killedOutcome()));
  }

  @Test
  void statusSaysWhoFoundItAndNothingIsKilled() {
    found(identity(1), key(runId, 0));
    assertThat(driver.view(runId).segments().getFirst().message())
        .contains("worker 1")
        .contains("lives on host host")
        .contains("worker 2");
    assertThat(driver.takeSent(HeadEffect.KillLeftover.class)).isEmpty();
  }

  @Test
  void killGoesThroughTheFinderAndItsProofCounts() {
    found(identity(1), key(runId, 0));
    long kill = driver.kill(run(runId));
    HeadEffect.KillLeftover sent = driver.takeSent(HeadEffect.KillLeftover.class).getFirst();
    assertThat(sent.identity()).isEqualTo(identity(2));
    assertThat(sent.lost()).isEqualTo(identity(1));
    assertThat(sent.segments()).containsExactly(key(runId, 0));
    assertThat(driver.answer(kill)).isNull();
    terminated(key(runId, 0));
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
  }

  @Test
  void killOfBeforeIsCarriedOutWhenItIsFound() {
    long kill = driver.kill(run(runId));
    assertThat(driver.answer(kill, Answer.Killed.class).pending()).containsKey(runId);
    found(identity(1), key(runId, 0));
    assertThat(driver.takeSent(HeadEffect.KillLeftover.class)).hasSize(1);
  }

  @Test
  void killWithoutAnAnswerIsSentAgain() {
    found(identity(1), key(runId, 0));
    driver.kill(run(runId));
    driver.takeSent(HeadEffect.KillLeftover.class);
    driver.event(
        new HeadEvent.LeftoverUnanswered(
            identity(2), instance(2), identity(1), ImmutableList.of(key(runId, 0))));
    driver.pass(1_000);
    assertThat(driver.takeSent(HeadEffect.KillLeftover.class)).hasSize(1);
  }

  @Test
  void leftoverOfARunThatIsOverIsKilled() {
    driver.kill(run(runId));
    found(identity(1), key(runId, 0));
    terminated(key(runId, 0));
    driver.sent.clear();
    found(identity(1), key(runId, 0));
    assertThat(driver.takeSent(HeadEffect.KillLeftover.class)).hasSize(1);
  }

  /** Nothing begins before its place is in the store: this one was restored from a backup. */
  @Test
  void leftoverWhosePlaceTheStoreHasLostIsLeftAlone() {
    found(identity(1), new SegmentKey(runId, 1, 5));
    assertThat(driver.takeSent(HeadEffect.KillLeftover.class)).isEmpty();
  }

  @Test
  void whatIsOfNoWorkerOfThisClusterIsLeftAlone() {
    found(new WorkerIdentity("of another cluster"), key(runId, 0), new SegmentKey(runId, 1, 5));
    driver.kill(run(runId));
    assertThat(driver.takeSent(HeadEffect.KillLeftover.class)).isEmpty();
  }

  @Test
  void workerThatIsBackAnswersForItself() {
    found(identity(1), key(runId, 0));
    driver.linkUp(1, CoreDriver.EPOCH);
    driver.kill(run(runId));
    assertThat(driver.takeSent(HeadEffect.KillLeftover.class)).isEmpty();
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).hasSize(1);
  }

  /** A worker is quick to start again on an empty folder, and finds what its former self left. */
  @Test
  void whatIsFoundBeforeItsWorkerIsKnownToBeGoneIsKilledAllTheSame() {
    driver.linkUp(1, CoreDriver.EPOCH);
    found(identity(1), key(runId, 0));
    driver.kill(run(runId));
    assertThat(driver.takeSent(HeadEffect.KillLeftover.class)).isEmpty();
    driver.linkDown(1);
    assertThat(driver.takeSent(HeadEffect.KillLeftover.class)).hasSize(1);
  }
}
