package io.procgrid.head.api.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * JSON in UTF-8. In the wrapper {@code data} is empty and {@code data_str} holds the answer as a
 * string of JSON. Bytes are text with one character U+0000 … U+00FF per byte, as in Avro's JSON
 * encoding.
 */
final class JsonFormat implements WireFormat {
  /** Deeper than any record: what goes deeper is not one. */
  private static final int DEEPEST = 32;

  /**
   * Names of files and options come from callers: they are not kept in tables that outlive them.
   */
  private final JsonFactory factory =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(Integer.MAX_VALUE) // the body is bounded as a whole
                  .build())
          .build();

  @Override
  public String contentType() {
    return "application/json";
  }

  @Override
  public WireRecord decode(RecordSchema schema, byte[] body) {
    Reader text =
        new InputStreamReader(
            new ByteArrayInputStream(body),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    try (JsonParser parser = factory.createParser(text)) {
      return new JsonReader(parser).readRequest(schema);
    } catch (IOException e) {
      throw JsonReader.malformed(e);
    }
  }

  @Override
  public byte[] success(String dataType, WireRecord response) {
    return wrapper("OK", "", dataType, write(out -> new JsonWriter(out).writeRecord(response)));
  }

  @Override
  public byte[] failure(String message) {
    return wrapper("ERROR", CrashPhrases.avoidIn(message), "none", "");
  }

  private byte[] wrapper(String status, String message, String dataType, String data) {
    String text =
        write(out -> {
          out.writeStartObject();
          out.writeStringField("status", status);
          out.writeStringField("message", message);
          out.writeStringField("data_type", dataType);
          out.writeStringField("data", "");
          out.writeStringField("data_str", data);
          out.writeEndObject();
        });
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String write(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = factory.createGenerator(text)) {
      body.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot fail to be written", e);
    }
    return text.toString();
  }

  private interface Body {
    void writeTo(JsonGenerator out) throws IOException;
  }
}
