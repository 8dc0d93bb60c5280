package io.procgrid.head.api.wire;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;

/**
 * A field of a record.
 *
 * @param name on the wire
 * @param absent the value when the field is not there
 */
public record Field<T>(String name, WireType<T> type, T absent) {
  /** Text, empty by default. */
  public static Field<String> text(String name) {
    return new Field<>(name, WireType.TEXT, "");
  }

  /** True or false, false by default. */
  public static Field<Boolean> bool(String name) {
    return new Field<>(name, WireType.BOOLEAN, false);
  }

  /** A list, empty by default. */
  public static <E> Field<ImmutableList<E>> list(String name, WireType<E> element) {
    return new Field<>(name, WireType.listOf(element), ImmutableList.of());
  }

  /** A map from text, empty by default. */
  public static <V> Field<ImmutableMap<String, V>> map(String name, WireType<V> value) {
    return new Field<>(name, WireType.mapOf(value), ImmutableMap.of());
  }

  /** A map from text to text, empty by default. */
  public static Field<ImmutableMap<String, String>> textMap(String name) {
    return map(name, WireType.TEXT);
  }
}
