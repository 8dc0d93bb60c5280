package io.procgrid.head.store;

/**
 * The store could not be read. The message is one line for the user: what failed, on which file,
 * why, what to do.
 */
public final class StoreReadException extends RuntimeException {
  StoreReadException(String message, Throwable cause) {
    super(message, cause);
  }
}
