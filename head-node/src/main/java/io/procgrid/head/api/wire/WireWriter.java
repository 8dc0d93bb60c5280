package io.procgrid.head.api.wire;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;

/** Writes values in one format. */
public interface WireWriter {
  void writeText(String value);

  void writeBytes(ByteString value);

  void writeLong(long value);

  void writeBoolean(boolean value);

  <E> void writeList(WireType<E> element, ImmutableList<E> value);

  <V> void writeMap(WireType<V> value, ImmutableMap<String, V> map);
}
