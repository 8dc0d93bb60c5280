package io.procgrid.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.worker.process.TreeDeath;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Kills that give time, one story each. */
class KillsTest extends CoreStory {
  private static final int SIGINT = 2;
  private static final ExitStatus ITS_OWN = new ExitStatus.Exited(3);

  private long kill(long graceMillis) {
    return kill(FACTS, graceMillis);
  }

  private long kill(KillFacts facts, long graceMillis) {
    Grace grace = new Grace(SIGINT, graceMillis);
    return command(
        new Command.Kill(to(), ImmutableList.of(new Command.KillOrder(SEGMENT, facts, grace))));
  }

  private void signalled(boolean reached) {
    step(new WorkerEvent.TreeSignalled(SEGMENT, reached));
  }

  private void leaderEnds() {
    step(new WorkerEvent.LeaderExited(SEGMENT, ITS_OWN));
  }

  private void treeEmpties() {
    step(new WorkerEvent.TreeEmpty(SEGMENT, now));
  }

  private Tombstone.Grace journaledGrace() {
    Tombstone tombstone = ((JournalEntry.Tombstoned) journaled()).tombstone();
    return Objects.requireNonNull(tombstone.grace());
  }

  private static Tombstone tombstone(String bootId, long deadlineMillis, boolean reached) {
    return new Tombstone(FACTS, new Tombstone.Grace(SIGINT, bootId, deadlineMillis, reached));
  }

  @Test
  void treeGetsItsSignalAtOnceAndSigkillAtTheDeadline() {
    running();
    kill(5_000);
    assertThat(all(WorkerEffect.SignalTree.class))
        .containsExactly(new WorkerEffect.SignalTree(SEGMENT, SIGINT));
    signalled(true);

    pass(4_999);
    assertThat(all(WorkerEffect.KillTree.class)).isEmpty();
    pass(1);

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
    assertThat(all(WorkerEffect.SignalTree.class)).hasSize(1);
  }

  @Test
  void treeThatEndsInItsTimeIsKilledWhateverStatusItChose() {
    running();
    long request = kill(5_000);
    signalled(true);
    pass(40);
    leaderEnds();
    assertThat(all(WorkerEffect.KillTree.class)).isEmpty();
    assertThat(all(WorkerEffect.AwaitEmpty.class)).hasSize(1);
    treeEmpties();
    journaled();
    journaled();
    journaled();

    assertThat(answer(request)).isEqualTo(new Answer.Done());
    assertThat(provenEnd().kind()).isEqualTo(Outcome.Kind.KILLED);
    assertThat(provenEnd().status()).isEqualTo(ITS_OWN);
    assertThat(provenEnd().killMillis()).isEqualTo(40);
  }

  @Test
  void endOfTheTreeIsNamedOnlyWhenItIsKnownWhomTheSignalReached() {
    running();
    kill(5_000);
    leaderEnds();
    treeEmpties();
    assertThat(journaled()).isInstanceOf(JournalEntry.Tombstoned.class);
    assertThat(all(WorkerEffect.Journal.class)).isEmpty();

    signalled(true);

    journaled();
    assertThat(((JournalEntry.Ended) journaled()).outcome().kind()).isEqualTo(Outcome.Kind.KILLED);
  }

  @Test
  void treeThatHadEndedByItselfKeepsItsResult() {
    running();
    kill(5_000);
    leaderEnds();
    treeEmpties();
    signalled(false);
    journaled();

    Outcome outcome = ((JournalEntry.Ended) journaled()).outcome();
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ENDED);
    assertThat(outcome.kill()).isNull();
    assertThat(all(WorkerEffect.KillTree.class)).isEmpty();
  }

  @Test
  void treeInWhichNobodyTookTheSignalIsKilledAtOnce() {
    running();
    kill(600_000);
    signalled(false);

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
  }

  @Test
  void othersKeepTheirTimeWhenTheLeaderEnds() {
    running();
    kill(5_000);
    signalled(true);
    leaderEnds();

    pass(5_000);

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
    step(new WorkerEvent.TreeDead(SEGMENT, new TreeDeath(true, 1), ITS_OWN, now));
    effects.removeIf(effect -> !(effect instanceof WorkerEffect.Journal));
    journaled();
    journaled();
    assertThat(((JournalEntry.Ended) journaled()).outcome().kind()).isEqualTo(Outcome.Kind.KILLED);
  }

  @Test
  void harderKillShortensTheGraceDurablyAndKeepsTheFactsOfTheFirst() {
    running();
    kill(600_000);
    signalled(true);
    kill(new KillFacts("bob", 9, "there"), 1_000);
    assertThat(journaledGrace().deadlineMillis()).isEqualTo(600_000);
    journaled();

    Tombstone harder = ((JournalEntry.Tombstoned) journaled()).tombstone();

    assertThat(harder).isEqualTo(tombstone("boot", 1_000, true));
    pass(1_000);
    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
    assertThat(all(WorkerEffect.SignalTree.class)).hasSize(1);
  }

  @Test
  void killWithoutGraceEndsARunningOneAtOnce() {
    running();
    kill(600_000);
    assertThat(all(WorkerEffect.KillTree.class)).isEmpty();

    kill(0);

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
  }

  @Test
  void softerKillAndALateDuplicateChangeNothing() {
    running();
    kill(5_000);
    signalled(true);
    pass(1_000);
    effects.clear();

    kill(5_000);
    kill(600_000);
    assertThat(effects).isEmpty();
    pass(4_000);
    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
    kill(600_000);

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
    assertThat(all(WorkerEffect.SignalTree.class)).isEmpty();
  }

  @Test
  void whatRunsNoUserCodeIsKilledAtOnce() {
    start(SEGMENT, 1);
    journaled();
    kill(600_000);
    step(new WorkerEvent.Launched(SEGMENT, PROCESS));

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
    assertThat(all(WorkerEffect.SignalTree.class)).isEmpty();
  }

  @Test
  void whatTheLeaderLeftBehindAndIsDyingGetsNoTimeBack() {
    running();
    leaderEnds();
    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);

    kill(600_000);

    assertThat(((JournalEntry.Tombstoned) journaled()).tombstone().grace()).isNull();
    assertThat(all(WorkerEffect.SignalTree.class)).isEmpty();
  }

  @Test
  void patienceBeginsWhenTheGraceIsOver() {
    command(new Command.Watch(to(), 0));
    running();
    kill(60_000);
    signalled(true);

    pass(69_999);
    assertThat(steps()).isEmpty();
    pass(1);

    assertThat(steps())
        .containsExactly(new KillStep.Pending(SEGMENT, "its process tree is not proven dead"));
    assertThat(all(WorkerEffect.Notify.class))
        .extracting(WorkerEffect.Notify::notice)
        .contains(new Notice.Heartbeat(true));
  }

  @Test
  void patienceBeginsAnewWhenAHarderKillEndsTheGrace() {
    running();
    kill(60_000);
    signalled(true);
    kill(0);

    pass(10_000);

    assertThat(steps()).isNotEmpty().allMatch(KillStep.Pending.class::isInstance);
  }

  @Test
  void blockedWorkerIsFitAgainOnceTheKillIsProven() {
    command(new Command.Watch(to(), 0));
    running();
    kill(0);
    step(new WorkerEvent.KillBlocked(SEGMENT, "host h, pid 42, state D"));
    assertThat(steps()).containsExactly(new KillStep.Pending(SEGMENT, "host h, pid 42, state D"));
    treeDies();
    journaled();
    effects.removeIf(effect -> !(effect instanceof WorkerEffect.Journal));

    journaled();

    assertThat(provenEnd().kind()).isEqualTo(Outcome.Kind.KILLED);
    assertThat(all(WorkerEffect.Notify.class))
        .extracting(WorkerEffect.Notify::notice)
        .contains(new Notice.Heartbeat(false));
  }

  @Test
  void graceGoesOnAfterARestartWithWhatIsLeftAndTheSignalIsNotSentAgain() {
    restartedWith("boot", entry(PROCESS, tombstone("boot", 3_000, true)));
    step(new WorkerEvent.Adopted(SEGMENT));
    assertThat(all(WorkerEffect.SignalTree.class)).isEmpty();
    kill(600_000);

    pass(2_999);
    assertThat(all(WorkerEffect.KillTree.class)).isEmpty();
    pass(1);

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
  }

  @Test
  void signalThatIsNotKnownToHaveArrivedIsSentAfterARestart() {
    restartedWith("boot", entry(PROCESS, tombstone("boot", 3_000, false)));
    step(new WorkerEvent.Adopted(SEGMENT));

    assertThat(all(WorkerEffect.SignalTree.class))
        .containsExactly(new WorkerEffect.SignalTree(SEGMENT, SIGINT));
  }

  @Test
  void graceThatEndedWhileNoWorkerRanIsOver() {
    now = 4_000;
    restartedWith("boot", entry(PROCESS, tombstone("boot", 3_000, true)));
    step(new WorkerEvent.Adopted(SEGMENT));

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
  }

  @Test
  void deadlineOfAnUnknownBootIsOver() {
    restartedWith("", entry(PROCESS, tombstone("", 600_000, false)));
    step(new WorkerEvent.Adopted(SEGMENT));

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
    assertThat(all(WorkerEffect.SignalTree.class)).isEmpty();
  }

  @Test
  void whoHeededTheSignalBeforeARebootWasKilled() {
    restartedWith("another boot", entry(PROCESS, tombstone("boot", 3_000, true)));

    assertThat(((JournalEntry.Ended) journaled()).outcome().kind()).isEqualTo(Outcome.Kind.KILLED);
  }

  @Test
  void workerWhoseJournalIsWellAgainIsFitWhileTheGraceGoesOn() {
    command(new Command.Watch(to(), 0));
    running();
    kill(600_000);
    signalled(true);
    journalFails();
    effects.removeIf(effect -> !(effect instanceof WorkerEffect.Journal));

    journaled();

    assertThat(all(WorkerEffect.Notify.class))
        .extracting(WorkerEffect.Notify::notice)
        .contains(new Notice.Heartbeat(false));
  }

  @Test
  void tombstoneThatIsTriedAgainSaysWhatHoldsThen() {
    running();
    kill(600_000);
    signalled(true);
    journalFails();
    journalFails();
    kill(5_000);
    assertThat(journaledGrace().deadlineMillis()).isEqualTo(5_000);

    pass(1_000);

    assertThat(journaledGrace().deadlineMillis()).isEqualTo(5_000);
    assertThat(journaledGrace().deadlineMillis()).isEqualTo(5_000);
  }
}
