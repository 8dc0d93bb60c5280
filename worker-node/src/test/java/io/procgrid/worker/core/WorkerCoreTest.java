package io.procgrid.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.process.TreeDeath;
import org.junit.jupiter.api.Test;

/** Single rules of the core, one story each; the simulation mixes them. */
class WorkerCoreTest extends CoreStory {
  @Test
  void startIsAnsweredWhenDurableAndNotBefore() {
    long request = start(SEGMENT, 1);
    assertThat(all(WorkerEffect.Reply.class)).isEmpty();
    assertThat(all(WorkerEffect.Launch.class)).isEmpty();

    journaled();

    assertThat(decision(request)).isEqualTo(Answer.Decision.ACCEPTED);
    assertThat(all(WorkerEffect.Launch.class)).hasSize(1);
  }

  @Test
  void startThatCannotBeMadeDurableIsRejectedAndMayComeAgain() {
    long request = start(SEGMENT, 1);
    journalFails();
    assertThat(decision(request)).isEqualTo(Answer.Decision.REJECTED);

    long again = start(SEGMENT, 2);
    journaled();
    assertThat(decision(again)).isEqualTo(Answer.Decision.ACCEPTED);
  }

  @Test
  void gateOpensWhenTheProcessIsRecordedAndNotBefore() {
    start(SEGMENT, 1);
    journaled();
    step(new WorkerEvent.Launched(SEGMENT, PROCESS));
    assertThat(all(WorkerEffect.Release.class)).isEmpty();

    assertThat(journaled()).isInstanceOf(JournalEntry.ProcessRecorded.class);

    assertThat(all(WorkerEffect.Release.class)).hasSize(1);
  }

  @Test
  void processThatCannotBeRecordedNeverRuns() {
    start(SEGMENT, 1);
    journaled();
    step(new WorkerEvent.Launched(SEGMENT, PROCESS));
    journalFails();
    treeDies();

    JournalEntry.Ended ended = (JournalEntry.Ended) journaled();

    assertThat(all(WorkerEffect.Release.class)).isEmpty();
    assertThat(ended.outcome().kind()).isEqualTo(Outcome.Kind.START_FAILED);
    assertThat(ended.outcome().detail()).contains("no space left");
  }

  @Test
  void lowNumberIsStaleAndKnownSegmentIsAlreadyAccepted() {
    start(SEGMENT, 5);
    journaled();

    assertThat(decision(start(new SegmentKey(8, 1, 0), 5))).isEqualTo(Answer.Decision.STALE);
    assertThat(decision(start(SEGMENT, 6))).isEqualTo(Answer.Decision.ALREADY_ACCEPTED);
  }

  @Test
  void laterIncarnationWaitsForTheEndOfTheEarlier() {
    start(EARLIER, 1);
    journaled();

    assertThat(decision(start(SEGMENT, 2))).isEqualTo(Answer.Decision.REJECTED);
  }

  @Test
  void tombstoneCoversItsIncarnationAndAllBefore() {
    kill(SEGMENT);

    assertThat(decision(start(EARLIER, 1))).isEqualTo(Answer.Decision.TOMBSTONE);
    assertThat(decision(start(SEGMENT, 2))).isEqualTo(Answer.Decision.TOMBSTONE);
  }

  @Test
  void killSignalsAtOnceAndIsProvenWhenDeadAndDurable() {
    running();
    kill(SEGMENT);
    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);

    treeDies();
    assertThat(steps()).isEmpty();
    assertThat(journaled()).isInstanceOf(JournalEntry.Tombstoned.class);
    assertThat(steps()).isEmpty();
    assertThat(journaled()).isInstanceOf(JournalEntry.Ended.class);

    assertThat(provenEnd().kind()).isEqualTo(Outcome.Kind.KILLED);
    assertThat(provenEnd().kill()).isEqualTo(FACTS);
  }

  @Test
  void killWhoseTombstoneFindsNoSpaceIsPendingAndTriedAgain() {
    running();
    long request = kill(SEGMENT);
    treeDies();
    journalFails();
    assertThat(steps())
        .singleElement()
        .isInstanceOfSatisfying(
            KillStep.Pending.class,
            pending -> assertThat(pending.reason()).contains("no space left"));
    journaled();
    assertThat(all(WorkerEffect.Reply.class)).noneMatch(reply -> reply.request() == request);

    now = core.nextDeadline();
    effects.addAll(core.tick(now));
    journaled();

    assertThat(provenEnd().kind()).isEqualTo(Outcome.Kind.KILLED);
    assertThat(answer(request)).isEqualTo(new Answer.Done());
  }

  @Test
  void killDuringTheLaunchWaitsForItsResultAndNeverReleases() {
    start(SEGMENT, 1);
    journaled();
    kill(SEGMENT);
    journaled();
    step(new WorkerEvent.Launched(SEGMENT, PROCESS));
    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);

    treeDies();
    journaled();

    assertThat(all(WorkerEffect.Release.class)).isEmpty();
    assertThat(provenEnd().kind()).isEqualTo(Outcome.Kind.NEVER_STARTED);
  }

  @Test
  void killOfWhatIsOverTellsItsOwnResult() {
    running();
    step(new WorkerEvent.LeaderExited(SEGMENT, new ExitStatus.Exited(3)));
    step(new WorkerEvent.TreeDead(SEGMENT, new TreeDeath(false, 0), new ExitStatus.Exited(3), now));
    journaled();
    kill(SEGMENT);
    assertThat(steps()).isEmpty();

    assertThat(journaled()).isInstanceOf(JournalEntry.Tombstoned.class);

    assertThat(provenEnd().kind()).isEqualTo(Outcome.Kind.ENDED);
    assertThat(provenEnd().status()).isEqualTo(new ExitStatus.Exited(3));
  }

  @Test
  void secondKillSharesTheFirst() {
    running();
    long first = kill(SEGMENT);
    long second = kill(SEGMENT);
    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
    treeDies();
    journaled();
    journaled();

    assertThat(answer(first)).isEqualTo(new Answer.Done());
    assertThat(answer(second)).isEqualTo(new Answer.Done());
    assertThat(steps()).hasSize(2);
  }

  @Test
  void killGoesOnWhenItsCallerIsGone() {
    running();
    long request = kill(SEGMENT);
    step(new WorkerEvent.Withdrawn(request));
    treeDies();
    journaled();

    assertThat(journaled()).isInstanceOf(JournalEntry.Ended.class);
    assertThat(steps()).isEmpty();
  }

  @Test
  void blockedKillIsToldAfterAWhileAndMakesTheWorkerUnfit() {
    command(new Command.Watch(to(), 0));
    running();
    kill(SEGMENT);
    effects.clear();
    now = 10_000;
    effects.addAll(core.tick(now));

    assertThat(steps()).singleElement().isInstanceOf(KillStep.Pending.class);
    assertThat(all(WorkerEffect.Notify.class))
        .extracting(WorkerEffect.Notify::notice)
        .contains(new Notice.Heartbeat(true));
  }

  @Test
  void epochIsDurableBeforeItIsAnsweredAndOlderOnesAreRefusedFromThenOn() {
    Address newer = new Address("cluster", "identity", "instance", new Epoch(4, "n"));
    long connect = command(new Command.Connect(newer, 1));
    assertThat(all(WorkerEffect.Reply.class)).isEmpty();
    assertThat(answer(kill(SEGMENT))).isInstanceOf(Answer.Refused.class);

    journaled();

    assertThat(answer(connect)).isInstanceOf(Answer.Connected.class);
  }

  @Test
  void inventoryTellsOnlyWhatTheJournalHolds() {
    start(SEGMENT, 1);
    assertThat(answer(command(new Command.ListInventory(to()))))
        .isEqualTo(new Answer.Listed(ImmutableList.of()));

    journaled();
    Answer.Listed listed = (Answer.Listed) answer(command(new Command.ListInventory(to())));
    assertThat(listed.items()).extracting(Answer.InventoryItem::segment).containsExactly(SEGMENT);
  }

  @Test
  void startThatWasOnItsWayWhenTheSegmentWasForgottenIsStale() {
    kill(SEGMENT);
    journaled();
    journaled();

    // The Start with number 4 left the head and has not come: it may be lost, or late.
    long request = command(forgetCommand(4));
    assertThat(journaled()).isInstanceOf(JournalEntry.Forgotten.class);

    assertThat(answer(request)).isEqualTo(new Answer.ForgetAnswered(keys(), ImmutableList.of()));
    assertThat(decision(start(SEGMENT, 4))).isEqualTo(Answer.Decision.STALE);
  }

  /**
   * A store that was restored may give a name away again that was forgotten, and forgotten late.
   */
  @Test
  void forgettingOfBeforeItsStartDoesNotMeanASegment() {
    start(SEGMENT, 5);
    journaled();
    step(new WorkerEvent.LaunchFailed(SEGMENT, "no", now));
    journaled();

    assertThat(answer(command(forgetCommand(4))))
        .isEqualTo(new Answer.ForgetAnswered(ImmutableList.of(), keys()));

    long request = command(forgetCommand(5));
    assertThat(journaled()).isInstanceOf(JournalEntry.Forgotten.class);
    assertThat(answer(request)).isEqualTo(new Answer.ForgetAnswered(keys(), ImmutableList.of()));
  }

  private static Command forgetCommand(long lastNumber) {
    return new Command.Forget(to(), ImmutableList.of(new Command.ForgetOrder(SEGMENT, lastNumber)));
  }

  private static ImmutableList<SegmentKey> keys() {
    return ImmutableList.of(SEGMENT);
  }

  @Test
  void bundleThatNobodyNeedsIsDroppedAndAskedForAgain() {
    restartedWith("boot");
    pass(Bundles.KEPT_MILLIS - 1);
    assertThat(all(WorkerEffect.DropBundle.class)).isEmpty();
    pass(Bundles.KEPT_MILLIS);
    assertThat(all(WorkerEffect.DropBundle.class))
        .containsExactly(new WorkerEffect.DropBundle("bundle"));

    assertThat(decision(start(SEGMENT, 1))).isEqualTo(Answer.Decision.REJECTED);

    step(new WorkerEvent.BundleStored("bundle"));
    start(SEGMENT, 2);
    assertThat(nextJournal().entry()).isInstanceOf(JournalEntry.Accepted.class);
  }

  @Test
  void bundleWithoutFilesIsAlwaysHereAndNeverDropped() {
    restartedWith("boot");
    pass(5 * Bundles.KEPT_MILLIS);
    assertThat(all(WorkerEffect.DropBundle.class))
        .doesNotContain(new WorkerEffect.DropBundle(SegmentSpec.NO_FILES));
    long connect = command(new Command.Connect(to(), 1));
    assertThat(((Answer.Connected) answer(connect)).bundles()).contains(SegmentSpec.NO_FILES);
  }

  @Test
  void bundleOfASegmentThatIsNotOverStays() {
    restartedWith("boot", entry(null, null));
    command(new Command.Proceed(to(), ImmutableList.of(SEGMENT)));
    assertThat(all(WorkerEffect.Launch.class)).hasSize(1);
    pass(5 * Bundles.KEPT_MILLIS);
    assertThat(all(WorkerEffect.DropBundle.class)).isEmpty();

    step(new WorkerEvent.LaunchFailed(SEGMENT, "no", now));
    journaled();
    pass(2 * Bundles.KEPT_MILLIS);
    assertThat(all(WorkerEffect.DropBundle.class)).hasSize(1);
  }

  /** Its name may stand for another segment by then, on a store that was set back. */
  @Test
  void newWatchIsToldNothingOfWhatWasForgotten() {
    command(new Command.Watch(to(), 0));
    kill(SEGMENT);
    journaled();
    journaled();
    command(forgetCommand(0));
    assertThat(journaled()).isInstanceOf(JournalEntry.Forgotten.class);
    effects.clear();

    command(new Command.Watch(to(), 0));

    assertThat(all(WorkerEffect.Notify.class))
        .extracting(WorkerEffect.Notify::notice)
        .containsExactly(new Notice.Heartbeat(false));
  }
}
