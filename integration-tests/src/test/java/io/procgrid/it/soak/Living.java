package io.procgrid.it.soak;

import io.procgrid.it.LivePids;

/**
 * A live process of a run.
 *
 * @param run id of the run
 * @param startTicks when it was started, in clock ticks since the host was
 */
record Living(long run, long pid, long startTicks) {
  private static final int START_AFTER_NAME = 19;

  /** When a process was started, in clock ticks since the host was; -1 when it is gone. */
  static long startTicks(long pid) {
    String stat = LivePids.text(pid, "stat");
    int name = stat.lastIndexOf(')');
    if (name < 0) {
      return -1;
    }
    // The fields after the name, which may hold anything; the first of them is the state.
    return Long.parseLong(
        stat.substring(name + 2).split(" ", START_AFTER_NAME + 2)[START_AFTER_NAME]);
  }

  /** Whether it is still there, not another process under its pid. */
  boolean isAlive() {
    return startTicks(pid) == startTicks && LivePids.isAlive(pid);
  }

  /** What the kernel says of it. */
  String describe() {
    return "run %d: pid %d, threads %s, started at tick %d, arguments '%s', cgroup %s"
        .formatted(
            run,
            pid,
            LivePids.threadStates(pid),
            startTicks,
            LivePids.text(pid, "cmdline").replace('\0', ' ').strip(),
            LivePids.text(pid, "cgroup").lines().filter(line -> line.startsWith("0:")).toList());
  }
}
