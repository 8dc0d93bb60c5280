package io.procgrid.worker.journal;

/** The journal cannot be used as it is. The message says which file, why, and what to do. */
public final class JournalException extends Exception {
  public JournalException(String message) {
    super(message);
  }

  public JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}
