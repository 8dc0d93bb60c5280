package io.procgrid.common.run;

import org.jspecify.annotations.Nullable;

/**
 * The proven end of a segment: whoever holds one knows that nothing of the segment's tree is alive.
 *
 * @param kind what ended it
 * @param status how the leader ended; null when no leader ever ran
 * @param detail for {@link Kind#START_FAILED} the reason; otherwise what there is to say, or empty
 * @param startedAtMillis wall clock at the start of the process, ms since 1970; 0 when none started
 * @param endedAtMillis wall clock at the proof, ms since 1970
 * @param killMillis ms from the worker's receipt of the kill to the proof; 0 when no kill came
 * @param kill facts of the kill; null when none came
 */
public record Outcome(
    Kind kind,
    @Nullable ExitStatus status,
    String detail,
    long startedAtMillis,
    long endedAtMillis,
    long killMillis,
    @Nullable KillFacts kill) {

  private static final int SIGKILL = 9;

  /** What ended a segment. */
  public enum Kind {
    /** The leader was over by itself before a kill reached a live member: its own result stands. */
    ENDED,
    /**
     * The kill ended it: the leader's status is the kill's signal, or a live member was seen after
     * the kill began.
     */
    KILLED,
    /** A kill came before any process of it executed; its tombstone keeps it so. */
    NEVER_STARTED,
    /** It could not be started. */
    START_FAILED
  }

  /**
   * The same end of a segment of which a kill is known to be under way: a leader that SIGKILL ended
   * was ended by the kill. A worker that was itself restarted in the middle has seen the signal,
   * but no longer knows whose it was.
   */
  public Outcome during(KillFacts underWay) {
    if (kind != Kind.ENDED
        || !(status instanceof ExitStatus.Signalled(int signal))
        || signal != SIGKILL) {
      return this;
    }
    return new Outcome(
        Kind.KILLED, status, detail, startedAtMillis, endedAtMillis, killMillis, underWay);
  }

  /** The status that REST shows for it. */
  public RunStatus runStatus() {
    return switch (kind) {
      case KILLED, NEVER_STARTED -> RunStatus.KILLED;
      case START_FAILED -> RunStatus.ERROR;
      case ENDED ->
          status instanceof ExitStatus.Exited(int code) && code == 0
              ? RunStatus.COMPLETE
              : RunStatus.ERROR;
    };
  }
}
