package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.KernelFile;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.ProcessTable;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Looks at the host's processes by other means than the code under test. */
final class HostProcesses {
  private HostProcesses() {}

  /** A word for command lines that no other process of the host has on its own. */
  static String uniqueWord() {
    return Long.toString(ThreadLocalRandom.current().nextLong(1_000_000_000L, 9_999_999_999L));
  }

  /** Pids of all live {@code sleep WORD}; shells that only speak of it do not count. */
  static List<Integer> sleeping(String word) throws SystemCallException {
    return running("([^\0]*/)?sleep\0" + word);
  }

  /** Pids of all live processes with this command line, a pattern; zeros part the arguments. */
  static List<Integer> running(String commandLine) throws SystemCallException {
    Pattern pattern = Pattern.compile(commandLine + "\0");
    List<Integer> alive = new ArrayList<>();
    for (int pid : ProcessTable.pids()) {
      if (pattern.matcher(commandLine(pid)).matches() && !ProcessStat.isEnding(pid)) {
        alive.add(pid);
      }
    }
    return alive;
  }

  /** Children of this JVM that are over and that nobody has waited for. */
  static List<Integer> zombieChildren() throws SystemCallException {
    int self = (int) ProcessHandle.current().pid();
    List<Integer> zombies = new ArrayList<>();
    for (int pid : ProcessTable.pids()) {
      ProcessStat.of(pid)
          .filter(stat -> stat.parent() == self && stat.state() == 'Z')
          .ifPresent(stat -> zombies.add(pid));
    }
    return zombies;
  }

  private static String commandLine(int pid) {
    try {
      return KernelFile.read("/proc/" + pid + "/cmdline");
    } catch (SystemCallException e) {
      return "";
    }
  }
}
