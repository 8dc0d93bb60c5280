package io.procgrid.head.api.wire;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The formats by the content type of requests. */
public final class WireFormats {
  private final WireFormat json = new JsonFormat();

  /** The format for answers to requests whose own is not known. */
  public WireFormat fallback() {
    return json;
  }

  /**
   * The format of a request.
   *
   * @param contentType the header as sent, parameters included; null when it was not sent
   * @throws InvalidRequestException when there is no such format
   */
  public WireFormat of(@Nullable String contentType) {
    if (contentType == null) {
      throw new InvalidRequestException(
          "the request has no Content-Type header; send application/json");
    }
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return switch (type.strip().toLowerCase(Locale.ROOT)) {
      case "application/json" -> {
        requireUtf8(contentType);
        yield json;
      }
      case "application/octet-stream", "application/x-snappy" ->
          throw InvalidRequestException.of(
              "Content-Type", contentType, "not supported yet; send application/json");
      default ->
          throw InvalidRequestException.of(
              "Content-Type", contentType, "unknown format; send application/json");
    };
  }

  private static void requireUtf8(String contentType) {
    String lower = contentType.toLowerCase(Locale.ROOT);
    int charset = lower.indexOf("charset=");
    if (charset < 0) {
      return;
    }
    String named = lower.substring(charset + "charset=".length()).replace("\"", "").strip();
    if (!named.startsWith("utf-8") && !named.startsWith("utf8")) {
      throw InvalidRequestException.of(
          "Content-Type", contentType, "JSON is UTF-8; send application/json");
    }
  }
}
