package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.Descriptor;
import io.procgrid.worker.process.linux.SystemCallException;

/** The reading end of the pipe on which a process says that it waits at its gate. */
final class ReadyReport implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Descriptor reader;

  ReadyReport(Descriptor reader) {
    this.reader = reader;
  }

  /**
   * Waits until the process is at its gate.
   *
   * @return false when there is none: what should have started it failed, or took 20 s
   */
  boolean await() throws SystemCallException {
    return reader.awaitReadable(TIMEOUT_MILLIS) && reader.read(new byte[16], 0) > 0;
  }

  @Override
  public void close() {
    reader.close();
  }
}
