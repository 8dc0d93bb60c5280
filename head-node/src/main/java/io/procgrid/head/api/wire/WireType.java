package io.procgrid.head.api.wire;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;

/**
 * The type of a value on the wire; each has its counterpart in Avro, from which a schema can be
 * derived.
 *
 * @param <T> how the project holds such a value
 */
public sealed interface WireType<T> {
  WireType<String> TEXT = new Text();
  WireType<ByteString> BYTES = new Bytes();
  WireType<Long> LONG = new Int64();
  WireType<Boolean> BOOLEAN = new Bool();
  WireType<ImmutableMap<String, String>> TEXT_MAP = mapOf(TEXT);
  WireType<ImmutableList<String>> TEXT_LIST = listOf(TEXT);

  static <E> WireType<ImmutableList<E>> listOf(WireType<E> element) {
    return new ListOf<>(element);
  }

  static <V> WireType<ImmutableMap<String, V>> mapOf(WireType<V> value) {
    return new MapOf<>(value);
  }

  /**
   * Reads a value of this type.
   *
   * @throws InvalidRequestException when there is none, or another
   */
  T read(WireReader in);

  /** Writes a value of this type. */
  void write(T value, WireWriter out);

  /** Avro {@code string}. */
  record Text() implements WireType<String> {
    @Override
    public String read(WireReader in) {
      return in.readText();
    }

    @Override
    public void write(String value, WireWriter out) {
      out.writeText(value);
    }
  }

  /** Avro {@code bytes}. */
  record Bytes() implements WireType<ByteString> {
    @Override
    public ByteString read(WireReader in) {
      return in.readBytes();
    }

    @Override
    public void write(ByteString value, WireWriter out) {
      out.writeBytes(value);
    }
  }

  /** Avro {@code long}. */
  record Int64() implements WireType<Long> {
    @Override
    public Long read(WireReader in) {
      return in.readLong();
    }

    @Override
    public void write(Long value, WireWriter out) {
      out.writeLong(value);
    }
  }

  /** Avro {@code boolean}. */
  record Bool() implements WireType<Boolean> {
    @Override
    public Boolean read(WireReader in) {
      return in.readBoolean();
    }

    @Override
    public void write(Boolean value, WireWriter out) {
      out.writeBoolean(value);
    }
  }

  /** Avro {@code array}. */
  record ListOf<E>(WireType<E> element) implements WireType<ImmutableList<E>> {
    @Override
    public ImmutableList<E> read(WireReader in) {
      return in.readList(element);
    }

    @Override
    public void write(ImmutableList<E> value, WireWriter out) {
      out.writeList(element, value);
    }
  }

  /** Avro {@code map}: its keys are text. */
  record MapOf<V>(WireType<V> value) implements WireType<ImmutableMap<String, V>> {
    @Override
    public ImmutableMap<String, V> read(WireReader in) {
      return in.readMap(value);
    }

    @Override
    public void write(ImmutableMap<String, V> map, WireWriter out) {
      out.writeMap(value, map);
    }
  }
}
