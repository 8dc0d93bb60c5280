package io.procgrid.worker.process.linux;

import java.io.File;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What {@code /proc/PID/stat} tells of a process or thread; format: proc_pid_stat(5).
 *
 * @param pid as the kernel names it
 * @param command up to 15 bytes of its name; may hold spaces and parentheses
 * @param state one letter: R, S, D, T, Z, X …
 * @param parent pid of its parent
 * @param group process group
 * @param session session number
 * @param flags the kernel's PF_ flags
 * @param startTicks start time, clock ticks since boot
 * @param waitStatus of a zombie, what wait(2) will tell its parent; 0 also for who may not know it
 */
public record ProcessStat(
    int pid,
    String command,
    char state,
    int parent,
    int group,
    int session,
    long flags,
    long startTicks,
    int waitStatus) {
  // Fields after the closing parenthesis, counted from the state.
  private static final int PARENT = 1;
  private static final int GROUP = 2;
  private static final int SESSION = 3;
  private static final int FLAGS = 6;
  private static final int START = 19;
  private static final int WAIT_STATUS = 49;
  private static final long PF_EXITING = 4;

  /** Reads it of a pid; empty when there is no such process any more. */
  public static Optional<ProcessStat> of(long pid) {
    return read("/proc/" + pid + "/stat");
  }

  /** Whether a signal stopped it: it does nothing until another lets it go on, or ends it. */
  public boolean isStopped() {
    return state == 'T';
  }

  /** Whether this process or thread is over, or on its way out: no more code of a user runs. */
  public boolean isEnding() {
    return state == 'Z' || state == 'X' || (flags & PF_EXITING) != 0;
  }

  /**
   * Whether every thread of the process that has this pid is over or on its way out. The process's
   * own state is not enough: it is Z as soon as the first thread has exited.
   */
  public static boolean isEnding(long pid) {
    return allThreads(pid, ProcessStat::isEnding);
  }

  /** Whether every thread of the process that has this pid is over. */
  public static boolean isDead(long pid) {
    return allThreads(pid, stat -> stat.state() == 'Z' || stat.state() == 'X');
  }

  private static boolean allThreads(long pid, Predicate<ProcessStat> condition) {
    String[] threads = new File("/proc/" + pid + "/task").list();
    if (threads == null) {
      return true;
    }
    for (String thread : threads) {
      if (!read("/proc/" + pid + "/task/" + thread + "/stat").map(condition::test).orElse(true)) {
        return false;
      }
    }
    return true;
  }

  /** Parses the file's one line. */
  static ProcessStat parse(String line) {
    int open = line.indexOf('(');
    int close = line.lastIndexOf(')');
    String[] fields = line.substring(close + 2).trim().split(" ", -1);
    return new ProcessStat(
        Integer.parseInt(line.substring(0, open).trim()),
        line.substring(open + 1, close),
        fields[0].charAt(0),
        Integer.parseInt(fields[PARENT]),
        Integer.parseInt(fields[GROUP]),
        Integer.parseInt(fields[SESSION]),
        Long.parseLong(fields[FLAGS]),
        Long.parseLong(fields[START]),
        Integer.parseInt(fields[WAIT_STATUS]));
  }

  private static Optional<ProcessStat> read(String path) {
    try {
      return Optional.of(parse(KernelFile.read(path)));
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ESRCH) {
        return Optional.empty();
      }
      throw new IllegalStateException("cannot read " + path + ": " + e.getMessage(), e);
    }
  }
}
