package io.procgrid.head.api.wire;

/**
 * A request that cannot be carried out as it stands; nothing was changed. The message is for the
 * caller: what failed, on what, why, what to do.
 */
public final class InvalidRequestException extends RuntimeException {
  private final String message;

  public InvalidRequestException(String message) {
    super(message, null, false, false);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }

  /**
   * A value that is not valid.
   *
   * @param key where it stands, for example {@code options.run_tag}
   * @param value as given
   * @param fix what is wrong with it, and what would be right
   */
  public static InvalidRequestException of(String key, String value, String fix) {
    return new InvalidRequestException(
        "%s = %s: %s".formatted(Excerpt.of(key), Excerpt.quoted(value), fix));
  }
}
