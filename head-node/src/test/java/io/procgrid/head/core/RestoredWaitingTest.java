package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.announcement;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.live;
import static io.procgrid.head.core.CoreDriver.over;
import static io.procgrid.head.core.CoreDriver.run;
import static io.procgrid.head.core.LostHistory.PROC;
import static io.procgrid.head.core.LostHistory.connect;
import static io.procgrid.head.core.LostHistory.register;
import static io.procgrid.head.core.LostHistory.restored;
import static io.procgrid.head.core.LostHistory.worker;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.RunStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What waits in a store that was restored may run already: journals tell (R10). */
class RestoredWaitingTest {
  private static final long HOUR = 3_600_000;

  private static final Recovered.Run WAITING =
      new Recovered.Run(
          4, 1, CoreDriver.request("p", "tag", false), PROC, null, null, ImmutableList.of());

  private static CoreDriver restoredStore(Recovered.Run run, WorkerRecord... workers) {
    return restored(1, ImmutableList.of(), ImmutableList.of(run), ImmutableList.copyOf(workers));
  }

  /** The run waited at the time of the backup; it was dispatched after it. */
  @Test
  void runThatWaitsInTheStoreIsTakenOverWhereItReallyIs() {
    CoreDriver restored = restoredStore(WAITING);
    connect(restored, 1, 4);
    restored.inventory(1, live(key(4, 0), PROC, 1));
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(restored.view(4).segments()).hasSize(1);
    restored.terminated(1, key(4, 0), CoreDriver.exited(3));
    assertThat(restored.durable).contains(new Mutation.RunEnded(4, 1, RunStatus.ERROR, 1_000));
  }

  /** Of two workers, the one on which it does not run is back first. */
  @Test
  void runThatWaitsInTheStoreIsNotStartedWhileAJournalIsUnread() {
    CoreDriver restored = restoredStore(WAITING, worker(1), worker(2));
    Epoch epoch = connect(restored, 1, 4);
    restored.inventory(1);
    restored.pass(HOUR);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.view(4).waiting()).contains("worker 2").contains("/forget/worker");

    register(restored, 2, LostHistory.EPOCH, 4);
    restored.linkUp(2, epoch);
    restored.inventory(2, live(key(4, 0), PROC, 1));
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.view(4).status()).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void runThatWaitsInTheStoreIsStartedWhenNoJournalHasIt() {
    CoreDriver restored = restoredStore(WAITING, worker(1), worker(2));
    Epoch epoch = register(restored, 1, LostHistory.EPOCH, 4);
    register(restored, 2, LostHistory.EPOCH, 4);
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1);
    restored.inventory(1);
    restored.linkUp(2, epoch);
    restored.inventory(2);
    restored.inventory(2);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).hasSize(1);
  }

  @Test
  void runThatWaitsInTheStoreAndIsOverInTheJournalDoesNotRunAgain() {
    CoreDriver restored = restoredStore(WAITING);
    connect(restored, 1, 4);
    restored.inventory(1, over(key(4, 0), CoreDriver.exited(0)));
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.durable).contains(new Mutation.RunEnded(4, 1, RunStatus.COMPLETE, 1_000));
  }

  private static Recovered.Run placedOnWorker1(@Nullable SegmentKey namesake) {
    Placement placement = new Placement(identity(1), CoreDriver.instance(1), "boot", "machine");
    Recovered.Segment segment =
        new Recovered.Segment(0, namesake, "0", 1, placement, null, null, "", false);
    return new Recovered.Run(
        4, 1, CoreDriver.request("p", "", false), PROC, null, null, ImmutableList.of(segment));
  }

  /** It ended after the backup, by a kill maybe, and its worker was told to forget it. */
  @Test
  void runThatWasPlacedInTheStoreAndIsGoneFromItsJournalDoesNotRunAgain() {
    CoreDriver restored = restoredStore(placedOnWorker1(null), worker(1));
    connect(restored, 1, 4);
    restored.inventory(1);
    assertThat(restored.durable).contains(new Mutation.RunEnded(4, 1, RunStatus.ERROR, 1_000));
    assertThat(restored.view(4).segments().getFirst().message())
        .startsWith("exit status lost: the store was restored");
    assertThat(restored.durable).noneMatch(Mutation.JournalImported.class::isInstance);
    restored.pass(HOUR);
    restored.inventory(1);
    assertThat(restored.durable).anyMatch(Mutation.JournalImported.class::isInstance);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
  }

  /** A head that crashes behind the import would have to start it: nobody remembers the restore. */
  @Test
  void journalIsImportedOnlyWhenTheEndsOfWhatIsGoneAreStored() {
    CoreDriver restored = restoredStore(placedOnWorker1(null), worker(1));
    connect(restored, 1, 4);
    restored.holdStore();
    restored.inventory(1);
    restored.failStore("disk full");
    restored.inventory(1);
    assertThat(restored.durable).noneMatch(Mutation.JournalImported.class::isInstance);
    restored.store();
    restored.pass(HOUR);
    restored.inventory(1);
    assertThat(restored.durable.indexOf(new Mutation.RunEnded(4, 1, RunStatus.ERROR, 1_000)))
        .isNotNegative()
        .isLessThan(restored.durable.indexOf(new Mutation.JournalImported(identity(1), 5)));
  }

  /** The restore is found out only after the head has taken absence for a Start that was lost. */
  @Test
  void runWhoseStartIsOnItsWayIsNotTakenForGone() {
    CoreDriver restored = restoredStore(placedOnWorker1(null), worker(1));
    restored.join(1);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).hasSize(1);
    Epoch epoch = register(restored, 2, LostHistory.EPOCH, 4);
    restored.linkUp(1, epoch);
    restored.inventory(1);
    assertThat(restored.durable).noneMatch(Mutation.SegmentEnded.class::isInstance);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).hasSize(1);
  }

  @Test
  void namesakeThatIsGoneFromItsJournalIsOver() {
    CoreDriver restored = restoredStore(placedOnWorker1(key(4, 3)), worker(1));
    connect(restored, 1, 4);
    restored.inventory(1);
    restored.pass(HOUR);
    restored.inventory(1);
    assertThat(restored.view(4).segments().getFirst().message())
        .startsWith("exit status lost: the store was restored");
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).isEmpty();
  }

  /** The store was behind another worker only: this one has seen nothing that is lost. */
  @Test
  void runWhoseStartThisHeadHasSentIsStartedAgainWhenItDidNotArrive() {
    CoreDriver restored = restoredStore(WAITING, worker(1));
    restored.join(1);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).hasSize(1);
    Epoch epoch = register(restored, 2, LostHistory.EPOCH, 4);
    restored.linkUp(1, epoch);
    restored.inventory(1);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).hasSize(1);
  }

  private CoreDriver restoredWithAWaitingEntry() {
    RunRequest request = CoreDriver.request("p", "", true);
    return restored(
        1,
        ImmutableList.of(new Recovered.Entry(4, request, PROC, 1, 1, false)),
        ImmutableList.of(new Recovered.Run(4, 1, request, PROC, null, null, ImmutableList.of())),
        ImmutableList.of());
  }

  @Test
  void entryThatWaitsInTheStoreAndRunsAsItsNextIncarnationBeginsNoOther() {
    CoreDriver restored = restoredWithAWaitingEntry();
    Epoch epoch = joinWithTheNextIncarnation(restored);
    restored.ask(new Command.RegisterWorker(announcement(2, epoch, 4)), Answer.Registered.class);
    restored.linkUp(2, epoch);
    restored.inventory(2);
    assertThat(restored.view(4).incarnation()).isEqualTo(2);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
  }

  /** The cluster starts with the restored store; the one it had after the backup still runs. */
  @Test
  void incarnationOfThisClusterStartIsNotStartedWhileAJournalIsUnread() {
    RunRequest request = CoreDriver.request("p", "", true);
    CoreDriver restored =
        restored(
            2,
            ImmutableList.of(new Recovered.Entry(4, request, PROC, 1, 1, false)),
            ImmutableList.of(),
            ImmutableList.of(worker(1), worker(2)));
    Epoch epoch = connect(restored, 1, 4);
    restored.inventory(1);
    restored.pass(HOUR);
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.view(4).waiting()).contains("worker 2").contains("/forget/worker");

    register(restored, 2, LostHistory.EPOCH, 4);
    restored.linkUp(2, epoch);
    restored.inventory(2, live(new SegmentKey(4, 2, 0), PROC, 1));
    assertThat(restored.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).isEmpty();
    assertThat(restored.view(4).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(restored.view(4).segments()).hasSize(1);
  }

  @Test
  void killOfAnEntryThatIsFoundAsItsNextIncarnationMeansThatOne() {
    CoreDriver restored = restoredWithAWaitingEntry();
    restored.holdStore();
    Epoch epoch = joinWithTheNextIncarnation(restored);
    assertThat(epoch.counter()).isEqualTo(8);
    long kill = restored.kill(run(4));
    restored.store();
    assertThat(restored.answer(kill)).isNull();
    assertThat(restored.takeSent(HeadEffect.SendKill.class).getFirst().orders())
        .extracting(HeadEffect.KillOrder::segment)
        .containsExactly(new SegmentKey(4, 2, 0));
    restored.terminated(1, new SegmentKey(4, 2, 0), killedOutcome());
    assertThat(restored.answer(kill, Answer.Killed.class).runIds()).containsExactly(4L);
  }

  /** The store takes what belongs to the registration; it may be held again for the inventory. */
  private static Epoch joinWithTheNextIncarnation(CoreDriver restored) {
    long request =
        restored.submit(new Command.RegisterWorker(announcement(1, LostHistory.EPOCH, 4)));
    while (!restored.hasAnswer(request)) {
      restored.event(new HeadEvent.Stored(restored.persists.remove().ticket()));
    }
    Epoch epoch = restored.answer(request, Answer.Registered.class).epoch();
    restored.sent.clear();
    restored.linkUp(1, epoch);
    restored.inventory(1, live(new SegmentKey(4, 2, 0), PROC, 1));
    return epoch;
  }

  @Test
  void runThatWasKilledWhileItWaitedIsNotBroughtBack() {
    CoreDriver restored = restoredStore(WAITING);
    long kill = restored.kill(run(4));
    assertThat(restored.answer(kill, Answer.Killed.class).runIds()).containsExactly(4L);
    connect(restored, 1, 4);
    restored.inventory(1, live(key(4, 0), PROC, 1));
    restored.inventory(1, live(key(4, 0), PROC, 1));
    assertThat(restored.durable).noneMatch(Mutation.SegmentImported.class::isInstance);
    assertThat(restored.takeSent(HeadEffect.SendKill.class)).hasSize(1);
  }
}
