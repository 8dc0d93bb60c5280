package io.procgrid.it.kill;

import io.procgrid.it.LivePids;

/** Counts children that ended and that nobody has waited for. */
final class Zombies {
  private Zombies() {}

  /** Zombies among the children of a process. */
  static long below(long parent) {
    return ProcessHandle.of(parent).stream()
        .flatMap(ProcessHandle::children)
        .filter(child -> LivePids.threadStates(child.pid()).equals("Z"))
        .count();
  }
}
