package io.procgrid.it;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Sends signals that {@link ProcessHandle} does not know. */
public final class Signals {
  private Signals() {}

  /**
   * Sends a signal to one process; a process that is already gone is no error.
   *
   * @param signal its name without SIG
   */
  public static void send(String signal, long pid) {
    if (pid <= 1) {
      throw new IllegalArgumentException("not the pid of one process of ours: " + pid);
    }
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -%s %d".formatted(signal, pid))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending SIG" + signal, e);
    }
  }
}
