package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.store.HeadStore;
import io.procgrid.head.store.StoreException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutoStartTest {
  private static final ProcDefinition PROC = proc("p", ExecutionMode.NONDISTRIBUTED, 0);

  @TempDir private Path folder;
  private int boots;
  private HeadStore store;
  private CoreDriver driver;

  @BeforeEach
  void start() throws StoreException {
    store = openedStore(true);
    driver = new CoreDriver(store.recovered());
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  /** A cluster start is the first start since a boot. */
  private HeadStore openedStore(boolean clusterStarts) throws StoreException {
    boots += clusterStarts ? 1 : 0;
    return HeadStore.open(folder, "boot-" + boots);
  }

  /** The head ends; the next one opens the store. */
  private void restart(boolean clusterStarts) throws StoreException {
    driver = new CoreDriver(reopened(clusterStarts));
  }

  /** What the next head finds in the store. */
  private Recovered reopened(boolean clusterStarts) throws StoreException {
    List<HeadEvent> answers = new CopyOnWriteArrayList<>();
    store.start(answers::add, Assertions::fail);
    store.persist(new HeadEffect.Persist(1, ImmutableList.copyOf(driver.durable)));
    store.close();
    assertThat(answers).containsExactly(new HeadEvent.Stored(1));
    store = openedStore(clusterStarts);
    return store.recovered();
  }

  private long createEntry() {
    driver.create(PROC);
    return driver
        .ask(new Command.Execute(CoreDriver.request("p", "auto", true)), Answer.Accepted.class)
        .runId();
  }

  private List<SegmentKey> started() {
    return driver.takeSent(HeadEffect.SendStart.class).stream()
        .flatMap(start -> start.orders().stream())
        .map(HeadEffect.StartOrder::segment)
        .toList();
  }

  @Test
  void entryDoesNotRunNowAndReadsNone() {
    driver.join(1);
    long entry = createEntry();
    assertThat(started()).isEmpty();
    assertThat(driver.view(entry).status()).isEqualTo(RunStatus.NONE);
    assertThat(driver.ask(new Command.ShowProcs("p"), Answer.Procs.class).autoStart())
        .containsEntry(entry, new Answer.AutoStartView("p", "auto"));
  }

  @Test
  void entryRunsUnderItsIdAtTheNextClusterStartAndNotAfterACrash() throws StoreException {
    driver.join(1);
    long entry = createEntry();
    restart(false);
    driver.join(1);
    assertThat(started()).isEmpty();
    restart(true);
    driver.join(1);
    assertThat(started()).containsExactly(new SegmentKey(entry, 1, 0));
    assertThat(driver.view(entry).status()).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void entryReadsNoneWhileItsIncarnationWaitsForWorkers() throws StoreException {
    driver.join(1);
    long entry = createEntry();
    restart(true);
    assertThat(driver.view(entry).status()).isEqualTo(RunStatus.NONE);
    assertThat(driver.view(entry).waiting()).isNotEmpty();
    driver.join(1);
    assertThat(driver.view(entry).status()).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void killedEntryStaysDeadOverACrashAndRunsAgainAtTheNextClusterStart() throws StoreException {
    long entry = createEntry();
    restart(true);
    driver.join(1);
    driver.runStarts();
    driver.kill(run(entry));
    driver.terminated(1, new SegmentKey(entry, 1, 0), killedOutcome());
    restart(false);
    driver.join(1);
    assertThat(started()).isEmpty();
    restart(true);
    driver.join(1);
    assertThat(started()).containsExactly(new SegmentKey(entry, 2, 0));
  }

  @Test
  void clearRemovesTheEntryAlsoWhenItDoesNotRun() throws StoreException {
    long entry = createEntry();
    driver.submit(new Command.KillRuns(run(entry), CoreDriver.TERMS, false, true));
    assertThat(driver.durable).contains(new Mutation.AutoStartRemoved(entry));
    restart(true);
    driver.join(1);
    assertThat(started()).isEmpty();
  }

  @Test
  void entryWhoseLastIncarnationStillRunsIsNotStartedAgain() throws StoreException {
    long entry = createEntry();
    restart(true);
    driver.join(1);
    driver.runStarts();
    restart(true);
    SegmentKey running = new SegmentKey(entry, 1, 0);
    driver.join(
        1,
        new HeadEvent.InventoryItem(
            running, HeadEvent.InventoryItem.State.RUNNING, null, 7, 1_000, false, null));
    assertThat(started()).isEmpty();
    driver.terminated(1, running, CoreDriver.exited(0));
    assertThat(started()).isEmpty();
    assertThat(driver.view(entry).status()).isEqualTo(RunStatus.COMPLETE);
  }

  @Test
  void killDuringAClusterStartUsesUpTheTurnOfTheEntry() throws StoreException {
    long entry = createEntry();
    restart(true);
    driver.join(1);
    driver.runStarts();
    restart(true);
    // The former incarnation is not known to live or be over: its worker is not back.
    long kill = driver.kill(run(entry));
    assertThat(driver.answer(kill, Answer.Killed.class).pending()).containsKey(entry);
    SegmentKey former = new SegmentKey(entry, 1, 0);
    driver.join(
        1,
        new HeadEvent.InventoryItem(
            former, HeadEvent.InventoryItem.State.OVER, killedOutcome(), 0, 1_000, false, null));
    assertThat(started()).isEmpty();
    assertThat(driver.view(entry).status()).isEqualTo(RunStatus.KILLED);
  }

  @Test
  void waitingDistributedRunsStartWhenAllKnownWorkersAreBackOrTheTimeIsUp() throws StoreException {
    driver.create(proc("d", ExecutionMode.DISTRIBUTED, 0));
    driver.join(1);
    driver.join(2);
    restart(true);
    driver.execute("d", "");
    driver.join(1);
    assertThat(started()).isEmpty();
    assertThat(driver.view(1).waiting()).contains("not back yet");
    driver.pass(10_000);
    assertThat(started()).containsExactly(new SegmentKey(1, 1, 0));
  }

  @Test
  void workerThatLeftCleanlyIsNotWaitedFor() throws StoreException {
    driver.create(proc("d", ExecutionMode.DISTRIBUTED, 0));
    driver.join(1);
    driver.join(2);
    driver.ask(new Command.LeaveWorker(identity(2), instance(2)), Answer.Done.class);
    restart(true);
    driver.execute("d", "");
    driver.join(1);
    assertThat(started()).hasSize(1);
  }

  @Test
  void killFindsAnEntryThatIsJustBeginning() throws StoreException {
    long entry = createEntry();
    CoreDriver held = new CoreDriver(reopened(true), true);
    long kill = held.kill(run(entry));
    assertThat(held.hasAnswer(kill)).isFalse();
    held.store();
    assertThat(held.answer(kill, Answer.Killed.class).runIds()).containsExactly(entry);
    held.join(1);
    assertThat(held.takeSent(HeadEffect.SendStart.class)).isEmpty();
  }

  @Test
  void clearedRunsAreForgottenAndEntriesStay() throws StoreException {
    long entry = createEntry();
    restart(true);
    driver.join(1);
    driver.runStarts();
    driver.terminated(1, new SegmentKey(entry, 1, 0), CoreDriver.exited(0));
    driver.ask(new Command.ClearRuns(ImmutableList.of(entry)), Answer.Done.class);
    assertThat(driver.ask(new Command.QueryRuns(run(entry), 0), Answer.Runs.class).runs())
        .isEmpty();
    restart(true);
    driver.join(1);
    assertThat(started()).containsExactly(new SegmentKey(entry, 2, 0));
  }

  @Test
  void formerIncarnationIsForgottenWhenTheNextOneTakesItsPlace() throws StoreException {
    long entry = createEntry();
    restart(true);
    driver.join(1);
    driver.runStarts();
    SegmentKey former = new SegmentKey(entry, 1, 0);
    restart(true);
    driver.ask(
        new Command.RegisterWorker(CoreDriver.announcement(1, CoreDriver.instance(1), 1)),
        Answer.Registered.class);
    driver.event(
        new HeadEvent.LinkUp(
            CoreDriver.identity(1),
            CoreDriver.instance(1),
            CoreDriver.EPOCH,
            0,
            ImmutableList.of("hash-p")));
    // Its Watch tells the end before the inventory does.
    driver.terminated(1, former, CoreDriver.exited(0));
    driver.event(
        new HeadEvent.InventoryReceived(
            CoreDriver.identity(1), CoreDriver.instance(1), ImmutableList.of()));
    assertThat(started()).containsExactly(new SegmentKey(entry, 2, 0));
    assertThat(driver.takeSent(HeadEffect.SendForget.class))
        .flatExtracting(HeadEffect.SendForget::orders)
        .contains(new HeadEffect.ForgetOrder(former, 0));
  }

  @Test
  void entryWhoseFormerIncarnationTurnsOutOverInTheInventoryRunsAgain() throws StoreException {
    long entry = createEntry();
    restart(true);
    driver.join(1);
    driver.runStarts();
    restart(true);
    SegmentKey former = new SegmentKey(entry, 1, 0);
    driver.join(1, CoreDriver.over(former, CoreDriver.exited(0)));
    assertThat(started()).containsExactly(new SegmentKey(entry, 2, 0));
  }

  @Test
  void killWhileTheEndOfTheFormerIncarnationIsBeingStoredUsesUpTheTurnOfTheEntry()
      throws StoreException {
    long entry = createEntry();
    restart(true);
    driver.join(1);
    driver.runStarts();
    restart(true);
    driver.ask(
        new Command.RegisterWorker(CoreDriver.announcement(1, instance(1), 1)),
        Answer.Registered.class);
    driver.linkUp(1, CoreDriver.EPOCH);
    driver.holdStore();
    driver.inventory(1, CoreDriver.over(new SegmentKey(entry, 1, 0), CoreDriver.exited(0)));
    long kill = driver.kill(run(entry));
    driver.store();
    assertThat(driver.answer(kill, Answer.Killed.class).runIds()).isEmpty();
    assertThat(started()).isEmpty();
    assertThat(driver.view(entry).status()).isEqualTo(RunStatus.COMPLETE);
  }
}
