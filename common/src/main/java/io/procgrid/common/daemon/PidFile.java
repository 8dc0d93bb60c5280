package io.procgrid.common.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code DIR/<name>.pid} holds the pid of the daemon, and {@code DIR/<name>.start} its start time
 * in clock ticks since boot as {@code /proc/PID/stat} tells it (field 22), so that a script signals
 * a pid only while it is still this process.
 */
public final class PidFile {
  private PidFile() {}

  /** Writes both files for the calling process, the start time first. */
  public static void write(Path directory, String name) throws IOException {
    long pid = ProcessHandle.current().pid();
    AtomicFile.write(directory.resolve(name + ".start"), startTicks(pid) + "\n");
    AtomicFile.write(directory.resolve(name + ".pid"), pid + "\n");
  }

  /** Start time of a process in clock ticks since boot; 0 where there is no /proc. */
  static long startTicks(long pid) throws IOException {
    Path stat = Path.of("/proc", Long.toString(pid), "stat");
    if (!Files.exists(stat)) {
      return 0;
    }
    String text = Files.readString(stat);
    // The command name, in parentheses, may hold spaces and parentheses of its own: the fields
    // begin after the last one.
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[22 - 3]);
  }
}
