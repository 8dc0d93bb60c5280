package io.procgrid.head.api.wire;

import com.google.common.collect.ImmutableList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request or a response: its fields in Avro order.
 *
 * @param name for example {@code kill_proc_request}
 */
public record RecordSchema(String name, ImmutableList<Field<?>> fields) {
  public static RecordSchema of(String name, Field<?>... fields) {
    return new RecordSchema(name, ImmutableList.copyOf(fields));
  }

  /** The field of that name, or null. */
  public @Nullable Field<?> find(String fieldName) {
    for (Field<?> field : fields) {
      if (field.name().equals(fieldName)) {
        return field;
      }
    }
    return null;
  }

  /** The names of all fields, for an error. */
  String fieldNames() {
    return fields.stream().map(Field::name).collect(Collectors.joining(", "));
  }
}
