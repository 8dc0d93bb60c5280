package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.exited;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.RunStatus;
import org.junit.jupiter.api.Test;

/** What a head makes of a worker that comes back, and of what its journal lists. */
class ReconciliationTest {
  private final CoreDriver driver = new CoreDriver();

  @Test
  void killOfARunOnAWorkerThatIsAwayIsPendingAndCarriedOutFirstThingOnItsReturn() {
    long runId = driver.runningOnFirstWorker();
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
    driver.createProcs();
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

  /** A worker lists it while its journal is at work on it, and may yet have to reject it. */
  @Test
  void listedAcceptanceIsConfirmedByAnotherStart() {
    driver.createProcs();
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
  void eventsOfAReplacedProcessChangeNothing() {
    long runId = driver.runningOnFirstWorker();
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
  void segmentThatTheJournalNeverAcceptedIsPlacedAnewOnTheNewProcess() {
    driver.createProcs();
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
  void segmentOfARunThatIsOverIsKilledAsAnOrphan() {
    driver.createProcs();
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
    driver.createProcs();
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
    driver.createProcs();
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
}
