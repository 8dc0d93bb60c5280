package io.procgrid.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.Outcome.Kind;
import io.procgrid.worker.process.ProcessRecord;
import io.procgrid.worker.process.TreeDeath;
import org.junit.jupiter.api.Test;

/** What an end is called, from what was seen. */
class WhoEndedItTest {
  private static final ExitStatus EXITED = new ExitStatus.Exited(0);
  private static final ExitStatus SIGKILLED = new ExitStatus.Signalled(9);
  private static final ExitStatus LOST = new ExitStatus.Lost("unknown");
  private static final TreeDeath NOBODY_SEEN = new TreeDeath(false, 0);
  private static final TreeDeath TWO_SEEN = new TreeDeath(true, 2);
  private static final KillFacts FACTS = new KillFacts("alice", 1, "here");

  private static Segment segment() {
    Segment segment = new Segment(new SegmentKey(1, 1, 0), 1, Segment.Phase.RUNNING);
    segment.process = new ProcessRecord("cgroup", 42, 1, "boot", "leaf", 500);
    return segment;
  }

  private static Outcome end(
      boolean killed, boolean leaderWasOver, TreeDeath death, ExitStatus leader) {
    Segment segment = segment();
    if (killed) {
      segment.kill = new Segment.Kill(FACTS, 1_000, 700, leaderWasOver, null);
    }
    return WhoEndedIt.treeDead(segment, death, leader, 1_030, 730);
  }

  @Test
  void killedWhenTheLeaderDiedOfTheKillsSignal() {
    Outcome outcome = end(true, false, NOBODY_SEEN, SIGKILLED);

    assertThat(outcome).isEqualTo(new Outcome(Kind.KILLED, SIGKILLED, "", 500, 730, 30, FACTS));
  }

  @Test
  void killedWhenALiveMemberWasSeenAfterTheKillBegan() {
    assertThat(end(true, false, TWO_SEEN, EXITED).kind()).isEqualTo(Kind.KILLED);
    assertThat(end(true, true, TWO_SEEN, EXITED).kind()).isEqualTo(Kind.KILLED);
    assertThat(end(true, false, TWO_SEEN, LOST).kind()).isEqualTo(Kind.KILLED);
  }

  @Test
  void ownResultWhenTheKillFoundNobodyAlive() {
    assertThat(end(true, false, NOBODY_SEEN, EXITED).kind()).isEqualTo(Kind.ENDED);
    assertThat(end(true, false, NOBODY_SEEN, LOST).kind()).isEqualTo(Kind.ENDED);
  }

  @Test
  void signalOfAnotherBeforeTheKillIsTheSegmentsOwnResult() {
    assertThat(end(true, true, NOBODY_SEEN, SIGKILLED).kind()).isEqualTo(Kind.ENDED);
    assertThat(end(false, false, NOBODY_SEEN, SIGKILLED).kind()).isEqualTo(Kind.ENDED);
  }

  private static Outcome endInGrace(boolean reached) {
    Segment segment = segment();
    segment.kill =
        new Segment.Kill(FACTS, 1_000, 700, false, new Segment.Grace(15, 6_000, reached));
    return WhoEndedIt.treeEmpty(segment, EXITED, 1_030, 730);
  }

  @Test
  void killedWhenTheGraceSignalReachedALiveMemberWhateverStatusItChose() {
    assertThat(endInGrace(true))
        .isEqualTo(new Outcome(Kind.KILLED, EXITED, "", 500, 730, 30, FACTS));
    assertThat(endInGrace(false))
        .isEqualTo(new Outcome(Kind.ENDED, EXITED, "", 500, 730, 30, null));
  }

  @Test
  void factsStandOnlyWithWhatTheKillEnded() {
    assertThat(end(true, false, NOBODY_SEEN, EXITED).kill()).isNull();
    assertThat(end(true, false, TWO_SEEN, EXITED).kill()).isEqualTo(FACTS);
  }

  @Test
  void whatTheLeaderLeftBehindIsCounted() {
    assertThat(end(false, false, TWO_SEEN, EXITED).detail())
        .isEqualTo("2 processes that it left behind were killed");
    assertThat(end(false, false, new TreeDeath(true, 1), EXITED).detail())
        .isEqualTo("1 process that it left behind was killed");
    assertThat(end(false, false, NOBODY_SEEN, EXITED).detail()).isEmpty();
  }
}
