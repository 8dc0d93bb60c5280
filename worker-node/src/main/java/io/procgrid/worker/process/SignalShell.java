package io.procgrid.worker.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what the JDK cannot, signals other than SIGTERM, by the {@code kill} that every POSIX shell
 * has built in. By name: the numbers are not the same everywhere. A pid is trusted for as long as
 * the shell takes to start, which is why SIGTERM is left to the JDK: that compares start times.
 *
 * @param path the shell
 */
record SignalShell(Path path) {
  private static final Logger log = LoggerFactory.getLogger(SignalShell.class);

  /** Goes on behind who cannot be told; fails unless one took it. */
  private static final String SCRIPT =
      "s=$1; shift; r=1; for p; do kill -s $s $p && r=0; done; exit $r";

  /** As Linux counts. */
  static final int SIGCONT = 18;

  private static final long PATIENCE_SECONDS = 5;

  /** By their numbers on Linux; the others have no name that is known everywhere. */
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "HUP"),
          Map.entry(2, "INT"),
          Map.entry(3, "QUIT"),
          Map.entry(4, "ILL"),
          Map.entry(5, "TRAP"),
          Map.entry(6, "ABRT"),
          Map.entry(7, "BUS"),
          Map.entry(8, "FPE"),
          Map.entry(9, "KILL"),
          Map.entry(10, "USR1"),
          Map.entry(11, "SEGV"),
          Map.entry(12, "USR2"),
          Map.entry(13, "PIPE"),
          Map.entry(14, "ALRM"),
          Map.entry(17, "CHLD"),
          Map.entry(SIGCONT, "CONT"),
          Map.entry(19, "STOP"),
          Map.entry(20, "TSTP"),
          Map.entry(21, "TTIN"),
          Map.entry(22, "TTOU"),
          Map.entry(23, "URG"),
          Map.entry(24, "XCPU"),
          Map.entry(25, "XFSZ"),
          Map.entry(26, "VTALRM"),
          Map.entry(27, "PROF"),
          Map.entry(31, "SYS"));

  /** Whether it can send the signal: it has a name, and is not SIGTERM. */
  static boolean knows(int signal) {
    return NAMES.containsKey(signal);
  }

  /**
   * Sends a signal.
   *
   * @param signal one that it {@linkplain #knows knows}
   * @param pids of processes that are alive
   * @return whether one of them took it
   * @throws InterruptedException the caller gave up; some may have had it
   */
  boolean send(int signal, List<Long> pids) throws InterruptedException {
    String name = Objects.requireNonNull(NAMES.get(signal));
    List<String> command = new ArrayList<>(List.of(path.toString(), "-c", SCRIPT, "kill", name));
    pids.forEach(pid -> command.add(Long.toString(pid)));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      log.warn("SIG{} cannot be sent to {}: {}", name, pids, e.getMessage());
      return false;
    }
    try {
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } finally {
      process.destroyForcibly();
    }
  }
}
