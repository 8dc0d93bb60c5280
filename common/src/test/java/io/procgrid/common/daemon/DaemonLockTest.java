package io.procgrid.common.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonLockTest {
  @TempDir Path directory;

  /** Another process: takes the lock, says so, and holds it until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (DaemonLock lock = DaemonLock.tryAcquire(Path.of(arguments[0]))) {
        System.out.println(lock == null ? "refused" : "held");
        while (System.in.read() >= 0) {
          // Until the other end goes.
        }
      }
    }
  }

  private static Process startHolder(Path file) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+PerfDisableSharedMem",
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            file.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String firstLine(Process process) throws IOException {
    BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
    return reader.readLine();
  }

  @Test
  void lockHeldByAnotherProcessIsRefusedUntilItIsKilled() throws Exception {
    Path file = directory.resolve("head.lock");
    Process holder = startHolder(file);
    try {
      assertThat(firstLine(holder)).isEqualTo("held");
      assertThat(DaemonLock.tryAcquire(file)).isNull();
    } finally {
      holder.destroyForcibly();
      assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    try (DaemonLock lock = DaemonLock.tryAcquire(file)) {
      assertThat(lock).isNotNull();
    }
  }

  @Test
  void heldLockRefusesOtherProcesses() throws Exception {
    Path file = directory.resolve("head.lock");
    try (DaemonLock lock = DaemonLock.tryAcquire(file)) {
      assertThat(lock).isNotNull();
      Process other = startHolder(file);
      try {
        assertThat(firstLine(other)).isEqualTo("refused");
      } finally {
        other.destroyForcibly();
        assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void heldLockIsRefusedWithinTheProcessToo() throws IOException {
    Path file = directory.resolve("head.lock");
    try (DaemonLock lock = DaemonLock.tryAcquire(file)) {
      assertThat(lock).isNotNull();
      assertThat(DaemonLock.tryAcquire(file)).isNull();
    }
    try (DaemonLock again = DaemonLock.tryAcquire(file)) {
      assertThat(again).isNotNull();
    }
  }
}
