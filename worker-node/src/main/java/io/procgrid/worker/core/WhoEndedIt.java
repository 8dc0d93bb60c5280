package io.procgrid.worker.core;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.Outcome.Kind;
import io.procgrid.worker.process.TreeDeath;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a segment's end is called. A signal that was sent proves nothing, since sending
 * succeeds on a zombie: what counts is what was seen.
 */
final class WhoEndedIt {
  private static final ExitStatus KILL_SIGNAL = new ExitStatus.Signalled(9);

  private WhoEndedIt() {}

  /** The end of a tree that was released, killed by whatever cause, and proven dead. */
  static Outcome treeDead(
      Segment segment, TreeDeath death, ExitStatus leader, long nowMillis, long atMillis) {
    Segment.Kill kill = segment.kill;
    if (kill == null && segment.damaged) {
      return foundDamaged(segment, death, leader, atMillis);
    }
    if (kill == null) {
      return ended(segment, leader, leftBehind(death), atMillis, 0);
    }
    boolean byKill =
        kill.reached()
            || death.liveMemberSeen()
            || (!kill.leaderWasOver() && leader.equals(KILL_SIGNAL));
    return underKill(segment, kill, byKill, leader, nowMillis, atMillis);
  }

  /** Nobody asked for its end, but nobody could have told it either. */
  private static Outcome foundDamaged(
      Segment segment, TreeDeath death, ExitStatus leader, long atMillis) {
    if (leader instanceof ExitStatus.Exited) {
      return ended(segment, leader, segment.damage, atMillis, 0);
    }
    String found =
        switch (death.membersSeen()) {
          case 0 -> "nothing of it is alive";
          case 1 -> "1 process of it was found and killed";
          default -> death.membersSeen() + " processes of it were found and killed";
        };
    return ended(
        segment,
        new ExitStatus.Lost("exit status lost: %s; %s".formatted(segment.damage, found)),
        "",
        atMillis,
        0);
  }

  /** The end of a tree that nobody killed, whatever signal it got before. */
  static Outcome treeEmpty(Segment segment, ExitStatus leader, long nowMillis, long atMillis) {
    Segment.Kill kill = segment.kill;
    return kill == null
        ? ended(segment, leader, "", atMillis, 0)
        : underKill(segment, kill, kill.reached(), leader, nowMillis, atMillis);
  }

  private static Outcome underKill(
      Segment segment,
      Segment.Kill kill,
      boolean byKill,
      ExitStatus leader,
      long nowMillis,
      long atMillis) {
    return outcome(
        byKill ? Kind.KILLED : Kind.ENDED,
        segment,
        leader,
        "",
        atMillis,
        nowMillis - kill.sinceMillis());
  }

  /** No user code ever ran, because of the kill. */
  static Outcome neverStarted(Segment segment, Segment.Kill kill, long nowMillis) {
    long killMillis = nowMillis - kill.sinceMillis();
    return new Outcome(
        Kind.NEVER_STARTED, null, "", 0, kill.atMillis() + killMillis, killMillis, kill.facts());
  }

  /** It could not be launched, kill or not. */
  static Outcome startFailed(Segment segment, String reason, long nowMillis, long atMillis) {
    Segment.Kill kill = segment.kill;
    long killMillis = kill == null ? 0 : nowMillis - kill.sinceMillis();
    return new Outcome(Kind.START_FAILED, null, reason, 0, atMillis, killMillis, null);
  }

  /** Everything of it went down with the host. */
  static Outcome lostToReboot(Segment segment, long atMillis) {
    ExitStatus lost =
        new ExitStatus.Lost(
            segment.damaged
                ? "exit status lost: %s; the host rebooted since, nothing of it is alive"
                    .formatted(segment.damage)
                : "exit status lost: the host rebooted while it ran, nothing of it is alive");
    boolean byKill = segment.kill != null && segment.kill.reached();
    return outcome(byKill ? Kind.KILLED : Kind.ENDED, segment, lost, "", atMillis, 0);
  }

  private static String leftBehind(TreeDeath death) {
    return switch (death.membersSeen()) {
      case 0 -> "";
      case 1 -> "1 process that it left behind was killed";
      default -> death.membersSeen() + " processes that it left behind were killed";
    };
  }

  private static Outcome ended(
      Segment segment, ExitStatus leader, String detail, long atMillis, long killMillis) {
    return outcome(Kind.ENDED, segment, leader, detail, atMillis, killMillis);
  }

  private static Outcome outcome(
      Kind kind,
      Segment segment,
      ExitStatus leader,
      String detail,
      long atMillis,
      long killMillis) {
    @Nullable KillFacts facts =
        kind == Kind.KILLED && segment.kill != null ? segment.kill.facts() : null;
    return new Outcome(
        kind, leader, detail, segment.startedAtMillis(), atMillis, killMillis, facts);
  }
}
