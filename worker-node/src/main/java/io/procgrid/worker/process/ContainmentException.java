package io.procgrid.worker.process;

/** A mechanism cannot be used on this host. The message says why and what to do. */
public final class ContainmentException extends Exception {
  public ContainmentException(String message) {
    super(message);
  }

  public ContainmentException(String message, Throwable cause) {
    super(message, cause);
  }
}
