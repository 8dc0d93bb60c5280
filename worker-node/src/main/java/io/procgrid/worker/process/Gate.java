package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.Descriptor;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The writing end of the pipe that a held process reads from. What is written lets it go on; the
 * end of file, which comes by itself when the worker dies, lets it exit.
 */
final class Gate implements AutoCloseable {
  /** What a pipe takes at once when poll calls it writable: PIPE_BUF of pipe(7). */
  private static final int PIECE = 4096;

  private static final int PATIENCE_MILLIS = 10;

  private final Descriptor writer;
  private final byte[] opening;
  private boolean closed;

  /**
   * A gate that is closed.
   *
   * @param opening what opens it
   */
  Gate(Descriptor writer, String opening) {
    this.writer = writer;
    this.opening = opening.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Lets the process go on. Nothing happens when it is gone, or the gate was opened or closed.
   *
   * @param reader the process that reads; another one may keep the pipe open when it is dead
   */
  synchronized void open(WatchedProcess reader) {
    if (closed) {
      return;
    }
    try {
      for (int start = 0; start < opening.length; start += PIECE) {
        while (!writer.awaitWritable(PATIENCE_MILLIS)) {
          if (reader.isDead()) {
            return;
          }
        }
        writer.write(Arrays.copyOfRange(opening, start, Math.min(start + PIECE, opening.length)));
      }
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
