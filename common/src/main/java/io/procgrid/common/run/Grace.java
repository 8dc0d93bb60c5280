package io.procgrid.common.run;

/**
 * How gently a kill begins: the whole tree gets a signal, and SIGKILL when the time is over.
 *
 * @param signal number of the signal as Linux counts, 1 … 64
 * @param millis from the receipt of the kill by the worker; 0 = SIGKILL at once
 */
public record Grace(int signal, long millis) {
  /** Number of SIGKILL: the one that leaves no grace. */
  public static final int SIGKILL = 9;

  /** Number of SIGTERM: what a tree gets unless its proc asks for another. */
  public static final int SIGTERM = 15;

  /** SIGKILL at once. */
  public static final Grace NONE = new Grace(SIGTERM, 0);

  private static final int HIGHEST_SIGNAL = 64;

  public Grace {
    if (signal < 1 || signal > HIGHEST_SIGNAL || millis < 0) {
      throw new IllegalArgumentException(
          "signal %d, %d ms: a signal of 1 … %d and no negative time are needed"
              .formatted(signal, millis, HIGHEST_SIGNAL));
    }
    if (signal == SIGKILL) {
      millis = 0; // Nobody has any use for time after that.
    }
  }

  /** The same signal with another time. */
  public Grace lasting(long otherMillis) {
    return new Grace(signal, otherMillis);
  }

  /** Whether the tree is killed at once. */
  public boolean isNone() {
    return millis == 0;
  }
}
