package io.procgrid.it.torture;

/** How hard the torture cases are: short in each build, in full when asked for. */
public final class Torture {
  /** Number of the last case. */
  public static final int CASES = 39;

  private static final boolean FULL = System.getProperty("procgrid.torture", "").equals("full");

  private Torture() {}

  /** How often to do something: the second number with {@code -Dprocgrid.torture=full}. */
  public static int times(int few, int full) {
    return FULL ? full : few;
  }
}
