package io.procgrid.worker.process;

/**
 * A segment could not be started. The message is for the user: what failed, on what, why, what to
 * do.
 */
public final class LaunchException extends Exception {
  public LaunchException(String message) {
    super(message);
  }

  public LaunchException(String message, Throwable cause) {
    super(message, cause);
  }
}
