package io.procgrid.worker.journal;

import java.nio.file.Path;

/** The journal cannot be used as it is. The message says which file, why, and what to do. */
public final class JournalException extends Exception {
  public JournalException(String message) {
    super(message);
  }

  public JournalException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A file is of a version that this one does not know. */
  static JournalException newer(Path file, int format) {
    return new JournalException(
        "%s is of format %d, this version reads up to %d: start the newer version that wrote it"
            .formatted(file, format, WorkerState.FORMAT));
  }
}
