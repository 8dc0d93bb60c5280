package io.procgrid.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.Outcome;
import io.procgrid.worker.process.ContainedTree;
import io.procgrid.worker.process.ProcessRecord;
import io.procgrid.worker.process.TreeDeath;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a worker makes of its journal when it starts again. */
class ResumptionTest extends CoreStory {
  @Test
  void acceptedWithoutAProcessIsLaunchedAfterARestartOnceAHeadSaysSo() {
    restartedWith("boot", entry(null, null));
    assertThat(effects).isEmpty();
    assertThat(decision(start(SEGMENT, 9))).isEqualTo(Answer.Decision.ALREADY_ACCEPTED);

    long inventory = command(new Command.ListInventory(to()));

    assertThat(((Answer.Listed) answer(inventory)).items())
        .extracting(Answer.InventoryItem::state)
        .containsExactly(Answer.State.ACCEPTED);
    assertThat(all(WorkerEffect.Launch.class)).isEmpty();

    long proceed = command(new Command.Proceed(to(), ImmutableList.of(SEGMENT)));

    assertThat(answer(proceed)).isEqualTo(new Answer.Done());
    assertThat(all(WorkerEffect.Launch.class))
        .containsExactly(new WorkerEffect.Launch(SEGMENT, SPEC));
  }

  @Test
  void acceptedBeforeARestartAndKilledMeanwhileNeverRuns() {
    restartedWith("boot", entry(null, null));

    kill(SEGMENT);
    command(new Command.Proceed(to(), ImmutableList.of(SEGMENT)));
    journaled();
    journaled();

    assertThat(all(WorkerEffect.Launch.class)).isEmpty();
    assertThat(provenEnd().kind()).isEqualTo(Outcome.Kind.NEVER_STARTED);
  }

  /** The worker died between the record of the process and the opening of its gate. */
  @Test
  void processThatNeverBeganIsLaunchedAgainOnceAHeadSaysSo() {
    restartedWith("boot", entry(PROCESS, null));
    step(new WorkerEvent.Adopted(SEGMENT));

    step(new WorkerEvent.NeverBegan(SEGMENT));
    step(
        new WorkerEvent.TreeDead(SEGMENT, new TreeDeath(false, 0), ContainedTree.NEVER_BEGAN, now));
    assertThat(all(WorkerEffect.Launch.class)).isEmpty();

    command(new Command.Proceed(to(), ImmutableList.of(SEGMENT)));
    assertThat(all(WorkerEffect.Launch.class)).hasSize(1);
  }

  @Test
  void processThatNeverBeganAndIsKilledNeverRuns() {
    restartedWith("boot", entry(PROCESS, null));
    step(new WorkerEvent.Adopted(SEGMENT));
    step(new WorkerEvent.NeverBegan(SEGMENT));

    kill(SEGMENT);
    step(
        new WorkerEvent.TreeDead(SEGMENT, new TreeDeath(false, 0), ContainedTree.NEVER_BEGAN, now));
    journaled();
    journaled();

    assertThat(all(WorkerEffect.Launch.class)).isEmpty();
    assertThat(provenEnd().kind()).isEqualTo(Outcome.Kind.NEVER_STARTED);
  }

  @Test
  void acceptedBeforeARebootStillRunsAndOnlyOnce() {
    restartedWith("another boot", entry(null, null));

    command(new Command.Proceed(to(), ImmutableList.of(SEGMENT)));
    command(new Command.Proceed(to(), ImmutableList.of(SEGMENT)));

    assertThat(all(WorkerEffect.Launch.class)).hasSize(1);
  }

  @Test
  void tombstonedWithoutAProcessIsNeverLaunchedAfterARestart() {
    restartedWith("boot", entry(null, new Tombstone(FACTS)));

    assertThat(all(WorkerEffect.Launch.class)).isEmpty();
    assertThat(((JournalEntry.Ended) journaled()).outcome().kind())
        .isEqualTo(Outcome.Kind.NEVER_STARTED);
  }

  @Test
  void tombstonedProcessIsKilledFirstThingAfterARestart() {
    restartedWith("boot", entry(PROCESS, new Tombstone(FACTS)));
    assertThat(effects).containsExactly(new WorkerEffect.Adopt(SEGMENT, PROCESS));

    step(new WorkerEvent.Adopted(SEGMENT));

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
  }

  @Test
  void rebootIsTheEndOfWhatRanAndItsStatusIsLost() {
    restartedWith("another boot", entry(PROCESS, null));

    Outcome outcome = ((JournalEntry.Ended) journaled()).outcome();
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ENDED);
    assertThat(outcome.status()).isInstanceOf(ExitStatus.Lost.class);
  }

  private static Recovered.Doubtful doubtful(
      @Nullable ProcessRecord process, Recovered.Doubtful.Remedy remedy) {
    return new Recovered.Doubtful(SEGMENT, 3, process, 500, null, "its record is damaged", remedy);
  }

  private Outcome ended() {
    JournalEntry entry = journaled();
    while (!(entry instanceof JournalEntry.Ended)) {
      entry = journaled();
    }
    return ((JournalEntry.Ended) entry).outcome();
  }

  @Test
  void processesOfADamagedEntryAreFoundKilledAndReported() {
    restartedWith("boot", doubtful(null, Recovered.Doubtful.Remedy.KILL));
    assertThat(effects).containsExactly(new WorkerEffect.Find(SEGMENT, null));
    assertThat(decision(start(SEGMENT, 1))).isEqualTo(Answer.Decision.ALREADY_ACCEPTED);

    step(new WorkerEvent.Adopted(SEGMENT));
    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
    treeDies();

    Outcome outcome = ended();
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ENDED);
    assertThat(outcome.status())
        .isEqualTo(
            new ExitStatus.Lost(
                "exit status lost: its record is damaged; 1 process of it was found and killed"));
    assertThat(all(WorkerEffect.CleanUp.class)).hasSize(1);
  }

  @Test
  void damagedEntryWhoseProcessIsKnownIsTakenOverByItAndKilled() {
    restartedWith("boot", doubtful(PROCESS, Recovered.Doubtful.Remedy.KILL));
    assertThat(effects).containsExactly(new WorkerEffect.Adopt(SEGMENT, PROCESS));

    step(new WorkerEvent.Adopted(SEGMENT));

    assertThat(all(WorkerEffect.KillTree.class)).hasSize(1);
  }

  @Test
  void killOfADamagedEntryIsToldAsThatKill() {
    restartedWith("boot", doubtful(null, Recovered.Doubtful.Remedy.KILL));
    kill(SEGMENT);
    step(new WorkerEvent.Adopted(SEGMENT));
    treeDies();
    journaled();
    journaled();

    assertThat(provenEnd().kind()).isEqualTo(Outcome.Kind.KILLED);
    assertThat(provenEnd().kill()).isEqualTo(FACTS);
  }

  @Test
  void whatCannotBeFoundIsNamedAndNeverReportedDead() {
    restartedWith("boot", doubtful(null, Recovered.Doubtful.Remedy.KILL));
    step(new WorkerEvent.AdoptFailed(SEGMENT, "no leaf leads to it"));

    assertThat(decision(start(SEGMENT, 1))).isEqualTo(Answer.Decision.REJECTED);
    long request = kill(SEGMENT);

    String reason = "its record is damaged; no leaf leads to it";
    assertThat(steps()).containsExactly(new KillStep.Pending(SEGMENT, reason));
    assertThat(journaled()).isInstanceOf(JournalEntry.Tombstoned.class);
    assertThat(all(WorkerEffect.Reply.class)).noneMatch(reply -> reply.request() == request);
  }

  /** The next worker process may be able to take it back, and then gives it its time. */
  @Test
  void killOfWhatCannotBeTakenBackKeepsItsGrace() {
    restartedWith("boot", doubtful(PROCESS, Recovered.Doubtful.Remedy.WATCH));
    step(new WorkerEvent.AdoptFailed(SEGMENT, "no cgroup"));
    Grace grace = new Grace(15, 5_000);
    command(new Command.Kill(to(), ImmutableList.of(new Command.KillOrder(SEGMENT, FACTS, grace))));

    Tombstone tombstone = ((JournalEntry.Tombstoned) journaled()).tombstone();
    assertThat(Objects.requireNonNull(tombstone.grace()).signal()).isEqualTo(15);
    assertThat(all(WorkerEffect.KillTree.class)).isEmpty();
  }

  @Test
  void rebootEndsADamagedEntry() {
    restartedWith("boot", doubtful(null, Recovered.Doubtful.Remedy.REBOOT));

    assertThat(Objects.requireNonNull(ended().status()).toString())
        .contains("its record is damaged", "rebooted");
  }

  @Test
  void whatRanInAnotherPidNamespaceGoesOnUntilItsPlaceIsEmpty() {
    restartedWith("boot", doubtful(PROCESS, Recovered.Doubtful.Remedy.WATCH));
    assertThat(effects).containsExactly(new WorkerEffect.Find(SEGMENT, PROCESS));
    step(new WorkerEvent.Adopted(SEGMENT));
    assertThat(all(WorkerEffect.KillTree.class)).isEmpty();

    step(new WorkerEvent.LeaderExited(SEGMENT, new ExitStatus.Lost("?")));
    step(new WorkerEvent.TreeDead(SEGMENT, new TreeDeath(false, 0), new ExitStatus.Lost("?"), now));

    assertThat(ended().status()).isEqualTo(new ExitStatus.Lost("?"));
  }

  @Test
  void whatIsOnAnotherMachineIsNeverReportedDeadHere() {
    restartedWith("another boot", doubtful(PROCESS, Recovered.Doubtful.Remedy.NONE));

    assertThat(effects).isEmpty();
    long request = kill(SEGMENT);

    assertThat(steps()).containsExactly(new KillStep.Pending(SEGMENT, "its record is damaged"));
    assertThat(all(WorkerEffect.Reply.class)).noneMatch(reply -> reply.request() == request);
  }
}
