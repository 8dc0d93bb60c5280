package io.procgrid.common.run;

import java.util.Locale;

/** Status of a run or of a segment, as REST shows it. */
public enum RunStatus {
  /** A segment that waits, or an auto-start entry that has not run since the cluster started. */
  NONE(false),
  /** Accepted and not over: it may wait, start, run, or resist a kill. */
  RUNNING(false),
  /** Over with exit status 0; nothing of it is alive. */
  COMPLETE(true),
  /** Over because a kill ended it, or kept it from starting; nothing of it is alive. */
  KILLED(true),
  /**
   * Over any other way, said in its message; nothing of it is alive unless the message says that
   * this is unknown.
   */
  ERROR(true);

  private final boolean over;

  RunStatus(boolean over) {
    this.over = over;
  }

  /** True for the states that are never left. */
  public boolean isOver() {
    return over;
  }

  /** The name that REST uses. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
