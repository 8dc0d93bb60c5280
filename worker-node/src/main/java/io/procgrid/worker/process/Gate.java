package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.Descriptor;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.charset.StandardCharsets;

/**
 * The writing end of the pipe that a held process reads from. One line lets it go on; the end of
 * file, which comes by itself when the worker dies, lets it exit.
 */
final class Gate implements AutoCloseable {
  private static final byte[] LINE = "\n".getBytes(StandardCharsets.US_ASCII);

  private final Descriptor writer;
  private boolean closed;

  Gate(Descriptor writer) {
    this.writer = writer;
  }

  /** Lets the process go on. Nothing happens when it is gone, or the gate was opened or closed. */
  synchronized void open() {
    if (closed) {
      return;
    }
    try {
      writer.write(LINE);
    } catch (SystemCallException e) {
      // The reader is gone: a kill came first. Its exit tells the rest.
    } finally {
      close();
    }
  }

  /** Ends a process that is still held. */
  @Override
  public synchronized void close() {
    closed = true;
    writer.close();
  }
}
