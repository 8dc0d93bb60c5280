package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.Descriptor;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The reading end of the pipe that a namespace's processes report on: a line when the leader waits
 * at its gate, then the shell's {@code $?} of it.
 */
final class NamespaceReport implements AutoCloseable {
  private static final int HIGHEST_PLAIN_CODE = 128;

  private final Descriptor reader;
  private boolean closed;

  NamespaceReport(Descriptor reader) {
    this.reader = reader;
  }

  /**
   * Waits until the leader is at its gate.
   *
   * @return false when there is none: the namespace could not be made
   */
  synchronized boolean awaitReady(int timeoutMillis) throws SystemCallException {
    return reader.awaitReadable(timeoutMillis) && !read().isEmpty();
  }

  /**
   * What the init says of the leader's end, when it has said it. A code over 128 may be a signal's
   * or the program's own: then it is unknown which.
   */
  synchronized Optional<ExitStatus> leaderStatus() {
    try {
      if (closed || !reader.awaitReadable(0)) {
        return Optional.empty();
      }
      String line = read();
      return line.isEmpty() ? Optional.empty() : Optional.of(statusOf(Integer.parseInt(line)));
    } catch (SystemCallException e) {
      return Optional.empty();
    }
  }

  static ExitStatus statusOf(int code) {
    if (code <= HIGHEST_PLAIN_CODE) {
      return new ExitStatus.Exited(code);
    }
    return new ExitStatus.Lost(
        "exit status unknown: signal %d, or code %d; a kernel before 6.15 does not tell which"
            .formatted(code - HIGHEST_PLAIN_CODE, code));
  }

  private String read() throws SystemCallException {
    byte[] bytes = new byte[64];
    int length = reader.read(bytes, 0);
    return new String(bytes, 0, length, StandardCharsets.US_ASCII).strip();
  }

  @Override
  public synchronized void close() {
    closed = true;
    reader.close();
  }
}
