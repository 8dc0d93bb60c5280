package io.procgrid.head.api.wire;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of a record. Immutable; a field that was not set has its default. */
public final class WireRecord {
  private final RecordSchema schema;
  private final Map<Field<?>, Object> values;

  private WireRecord(RecordSchema schema, Map<Field<?>, Object> values) {
    this.schema = schema;
    this.values = values;
  }

  public static Builder builder(RecordSchema schema) {
    return new Builder(schema);
  }

  public RecordSchema schema() {
    return schema;
  }

  /** The value of the field, or its default. */
  @SuppressWarnings("unchecked") // Builder.put, the only way in, pairs field and value
  public <T> T get(Field<T> field) {
    @Nullable Object value = values.get(field);
    return value == null ? field.absent() : (T) value;
  }

  /** Writes the value of the field, or its default. */
  <T> void write(Field<T> field, WireWriter out) {
    field.type().write(get(field), out);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WireRecord that
        && schema.equals(that.schema)
        && schema.fields().stream().allMatch(field -> get(field).equals(that.get(field)));
  }

  @Override
  public int hashCode() {
    return schema.hashCode();
  }

  @Override
  public String toString() {
    return schema.name() + values;
  }

  /** Collects the values of a record. */
  public static final class Builder {
    private final RecordSchema schema;
    private final Map<Field<?>, Object> values = new HashMap<>();

    private Builder(RecordSchema schema) {
      this.schema = schema;
    }

    /**
     * Sets a field.
     *
     * @throws IllegalArgumentException when the schema does not have it, or it was set before
     */
    public <T> Builder put(Field<T> field, T value) {
      if (!schema.fields().contains(field)) {
        throw new IllegalArgumentException(
            "%s has no field %s".formatted(schema.name(), field.name()));
      }
      if (values.put(field, value) != null) {
        throw new IllegalArgumentException(
            "%s.%s is set twice".formatted(schema.name(), field.name()));
      }
      return this;
    }

    boolean has(Field<?> field) {
      return values.containsKey(field);
    }

    public WireRecord build() {
      return new WireRecord(schema, Map.copyOf(values));
    }
  }
}
