package io.procgrid.head.api.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes values as JSON. */
final class JsonWriter implements WireWriter {
  private final JsonGenerator out;

  JsonWriter(JsonGenerator out) {
    this.out = out;
  }

  void writeRecord(WireRecord record) {
    write(out::writeStartObject);
    for (Field<?> field : record.schema().fields()) {
      write(() -> out.writeFieldName(field.name()));
      record.write(field, this);
    }
    write(out::writeEndObject);
  }

  @Override
  public void writeText(String value) {
    write(() -> out.writeString(value));
  }

  @Override
  public void writeBytes(ByteString value) {
    write(() -> out.writeString(value.toString(StandardCharsets.ISO_8859_1)));
  }

  @Override
  public void writeLong(long value) {
    write(() -> out.writeNumber(value));
  }

  @Override
  public void writeBoolean(boolean value) {
    write(() -> out.writeBoolean(value));
  }

  @Override
  public <E> void writeList(WireType<E> element, ImmutableList<E> value) {
    write(out::writeStartArray);
    for (E item : value) {
      element.write(item, this);
    }
    write(out::writeEndArray);
  }

  @Override
  public <V> void writeMap(WireType<V> type, ImmutableMap<String, V> map) {
    write(out::writeStartObject);
    for (Map.Entry<String, V> entry : map.entrySet()) {
      write(() -> out.writeFieldName(entry.getKey()));
      type.write(entry.getValue(), this);
    }
    write(out::writeEndObject);
  }

  private static void write(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      throw new UncheckedIOException("the answer could not be written", e);
    }
  }

  private interface Step {
    void run() throws IOException;
  }
}
