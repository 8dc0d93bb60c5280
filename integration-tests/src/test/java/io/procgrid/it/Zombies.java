package io.procgrid.it;

/** Counts children that ended and that nobody has waited for. */
public final class Zombies {
  private Zombies() {}

  /** Zombies among the children of a process. */
  public static long below(long parent) {
    return ProcessHandle.of(parent).stream()
        .flatMap(ProcessHandle::children)
        .filter(child -> LivePids.threadStates(child.pid()).equals("Z"))
        .count();
  }
}
