package io.procgrid.head.api;

import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.procgrid.head.api.wire.Excerpt;
import io.procgrid.head.api.wire.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** How the bytes of a request are written within the wire format. */
enum FileEncoding {
  /** As the wire format writes bytes. */
  PLAIN,
  /** As base64 text. */
  BASE64;

  /** Key of the option that chooses it. */
  static final String OPTION = "file_encoding";

  static FileEncoding of(Options options) {
    if (!options.has(OPTION)) {
      return PLAIN;
    }
    if (options.text(OPTION).equals("base64")) {
      return BASE64;
    }
    throw options.invalid(OPTION, "must be base64, or left out");
  }

  /** The bytes that were meant. */
  ImmutableMap<String, ByteString> decode(String field, ImmutableMap<String, ByteString> values) {
    if (this == PLAIN) {
      return values;
    }
    ImmutableMap.Builder<String, ByteString> decoded = ImmutableMap.builder();
    for (Map.Entry<String, ByteString> entry : values.entrySet()) {
      decoded.put(entry.getKey(), decode(field, entry.getKey(), entry.getValue()));
    }
    return decoded.buildOrThrow();
  }

  private static ByteString decode(String field, String key, ByteString value) {
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(value.toByteArray()));
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException(
          "%s.%s = %s: is not base64 (%s); the option %s says that it is"
              .formatted(
                  field,
                  Excerpt.of(key),
                  Excerpt.quoted(value.toString(StandardCharsets.ISO_8859_1)),
                  e.getMessage(),
                  OPTION));
    }
  }
}
