package io.procgrid.head.api;

/** The head cannot answer now: it starts or stops. The message is for the caller. */
public final class HeadUnavailableException extends RuntimeException {
  private final String message;

  public HeadUnavailableException(String message) {
    super(message, null, false, false);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
