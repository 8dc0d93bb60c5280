package io.procgrid.head.api.wire;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one request, strictly: what is not exactly right is an error that names the key. Integral
 * numbers count as text, nothing else does.
 */
final class JsonReader implements WireReader {
  private final JsonParser parser;

  JsonReader(JsonParser parser) {
    this.parser = parser;
  }

  WireRecord readRequest(RecordSchema schema) {
    @Nullable JsonToken first = next();
    if (first == null) {
      throw new InvalidRequestException(
          "malformed JSON: the body is empty; send an object, {} for all defaults");
    }
    if (first != JsonToken.START_OBJECT) {
      throw new InvalidRequestException(
          "the request is %s; send a JSON object with the fields %s"
              .formatted(shown(), schema.fieldNames()));
    }
    WireRecord.Builder request = WireRecord.builder(schema);
    while (next() != JsonToken.END_OBJECT) {
      String name = name();
      requireValue();
      Field<?> field = schema.find(name);
      if (field == null) {
        throw new InvalidRequestException(
            "%s = %s: unknown field of %s; valid are %s"
                .formatted(Excerpt.of(name), shown(), schema.name(), schema.fieldNames()));
      }
      if (request.has(field)) {
        throw duplicate();
      }
      readInto(request, field);
    }
    if (next() != null) {
      throw new InvalidRequestException(
          "malformed JSON: %s follows after the end of the object; send one object"
              .formatted(shown()));
    }
    return request.build();
  }

  private <T> void readInto(WireRecord.Builder request, Field<T> field) {
    request.put(field, field.type().read(this));
  }

  @Override
  public String readText() {
    JsonToken token = token();
    if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT) {
      throw mistyped("a string");
    }
    return checked(text());
  }

  @Override
  public ByteString readBytes() {
    JsonToken token = token();
    if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT) {
      throw mistyped("a string with one character U+0000 to U+00FF per byte");
    }
    String text = text();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0xFF) {
        throw new InvalidRequestException(
            ("%s: character %d is U+%04X; bytes are written as one character U+0000 to U+00FF per"
                    + " byte. Send UTF-8 text as its bytes, or everything in base64 with the option"
                    + " file_encoding: base64")
                .formatted(where(), i + 1, text.codePointAt(i)));
      }
    }
    return ByteString.copyFrom(text, StandardCharsets.ISO_8859_1);
  }

  @Override
  public long readLong() {
    if (token() != JsonToken.VALUE_NUMBER_INT) {
      throw mistyped("an integer");
    }
    try {
      return Long.parseLong(text());
    } catch (NumberFormatException e) {
      throw mistyped("an integer of 64 bits");
    }
  }

  @Override
  public boolean readBoolean() {
    return switch (token()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default -> throw mistyped("true or false");
    };
  }

  @Override
  public <E> ImmutableList<E> readList(WireType<E> element) {
    if (token() != JsonToken.START_ARRAY) {
      throw mistyped("an array");
    }
    ImmutableList.Builder<E> list = ImmutableList.builder();
    while (next() != JsonToken.END_ARRAY) {
      list.add(element.read(this));
    }
    return list.build();
  }

  @Override
  public <V> ImmutableMap<String, V> readMap(WireType<V> type) {
    if (token() != JsonToken.START_OBJECT) {
      throw mistyped("an object");
    }
    Map<String, V> map = new LinkedHashMap<>();
    while (next() != JsonToken.END_OBJECT) {
      String key = checked(name());
      requireValue();
      if (map.containsKey(key)) {
        throw duplicate();
      }
      map.put(key, type.read(this));
    }
    return ImmutableMap.copyOf(map);
  }

  /** Half a surrogate pair is no character: no file, process or database can take it. */
  private String checked(String text) {
    int index = 0;
    while (index < text.length()) {
      int character = text.codePointAt(index);
      if (Character.getType(character) == Character.SURROGATE) {
        throw new InvalidRequestException(
            "%s = %s: character %d is half a surrogate pair; send whole characters"
                .formatted(where(), shown(), index + 1));
      }
      index += Character.charCount(character);
    }
    return text;
  }

  private @Nullable JsonToken token() {
    return parser.currentToken();
  }

  private @Nullable JsonToken next() {
    try {
      return parser.nextToken();
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  /** Steps from a name to its value. */
  private void requireValue() {
    next();
  }

  private String name() {
    try {
      @Nullable String name = parser.currentName();
      return name == null ? "" : name;
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  private String text() {
    try {
      return parser.getText();
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  private InvalidRequestException duplicate() {
    return new InvalidRequestException("%s: given twice; give it once".formatted(where()));
  }

  private InvalidRequestException mistyped(String wanted) {
    String hint =
        switch (token()) {
          case VALUE_TRUE, VALUE_FALSE, VALUE_NUMBER_FLOAT ->
              "; write \"%s\" in quotes".formatted(Excerpt.of(text()));
          case VALUE_NULL -> "; leave it out for its default";
          case null, default -> "";
        };
    boolean quotable = wanted.startsWith("a string") || token() == JsonToken.VALUE_NULL;
    return new InvalidRequestException(
        "%s = %s: must be %s%s".formatted(where(), shown(), wanted, quotable ? hint : ""));
  }

  /** The current value as an error shows it. */
  private String shown() {
    return switch (token()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> Excerpt.quoted(text());
      case null -> "nothing";
      default -> Excerpt.of(text());
    };
  }

  /** Where the current value stands: {@code options.run_tag}, {@code args[2]}. */
  private String where() {
    JsonStreamContext context = parser.getParsingContext();
    JsonToken token = token();
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      context = context.getParent();
    }
    return path(context);
  }

  private static String path(@Nullable JsonStreamContext context) {
    if (context == null || context.inRoot()) {
      return "";
    }
    String outer = path(context.getParent());
    if (context.inArray()) {
      return "%s[%d]".formatted(outer, context.getCurrentIndex());
    }
    @Nullable String name = context.getCurrentName();
    String shown = name == null ? "" : Excerpt.of(name);
    return outer.isEmpty() ? shown : outer + "." + shown;
  }

  static InvalidRequestException malformed(IOException e) {
    if (e instanceof CharacterCodingException) {
      return new InvalidRequestException(
          "malformed JSON: the body is not UTF-8; send a JSON object in UTF-8");
    }
    String reason = String.valueOf(e.getMessage());
    if (e instanceof JacksonException json) {
      reason = json.getOriginalMessage();
      if (json.getLocation() != null) {
        reason =
            "%s (line %d, column %d)"
                .formatted(
                    reason, json.getLocation().getLineNr(), json.getLocation().getColumnNr());
      }
    }
    return new InvalidRequestException(
        "malformed JSON: %s; send a JSON object".formatted(reason.replace('\n', ' ')));
  }
}
