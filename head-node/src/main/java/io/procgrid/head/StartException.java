package io.procgrid.head;

/** The head cannot start here and now. Its message is the one line a user sees: what, why, fix. */
final class StartException extends Exception {
  /** Exit code of a head that could not start, or had to stop at once. */
  static final int EXIT_CODE = 1;

  StartException(String message) {
    super(message);
  }
}
