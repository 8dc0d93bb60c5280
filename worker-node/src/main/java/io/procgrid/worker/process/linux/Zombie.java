package io.procgrid.worker.process.linux;

import io.procgrid.common.run.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is left of a process until its parent waits for it. The kernel shows how it ended to whoever
 * could trace it, not only to the parent; format: exit_code of proc_pid_stat(5).
 *
 * @param pid its pid, which nobody else can get meanwhile
 * @param command name of the program that it executed last
 * @param waitStatus the classic status word of wait(2); 0 also when this process may not know it
 */
public record Zombie(int pid, String command, int waitStatus) {
  /**
   * Looks at a process all of whose threads are over.
   *
   * @param startTicks its start time, so that another process of the same pid is not meant
   * @return empty when it has been waited for
   */
  public static Optional<Zombie> of(int pid, long startTicks) {
    return ProcessStat.of(pid)
        .filter(stat -> stat.state() == 'Z' && stat.startTicks() == startTicks)
        .map(stat -> new Zombie(pid, stat.command(), stat.waitStatus()));
  }

  /** How it ended; empty when this process may not know. */
  public Optional<ExitStatus> exitStatus() {
    return waitStatus != 0 || isTraceable()
        ? Optional.of(Pidfd.ofWaitStatus(waitStatus))
        : Optional.empty();
  }

  /** The kernel applies the same check to these links as to the status, and tells its result. */
  private boolean isTraceable() {
    return canRead("user") || canRead("pid");
  }

  private boolean canRead(String namespace) {
    try {
      Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + namespace));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
