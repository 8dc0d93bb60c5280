package io.procgrid.head.store;

/**
 * The store cannot be opened, or a change that its caller waits for was not made. The message is
 * one line for the user: what failed, on which file, why, what to do.
 */
public final class StoreException extends Exception {
  StoreException(String message) {
    super(message);
  }

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
