package io.procgrid.head.api.wire;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;

/**
 * Reads values in one format. Each method throws {@link InvalidRequestException} on anything else.
 */
public interface WireReader {
  String readText();

  ByteString readBytes();

  long readLong();

  boolean readBoolean();

  <E> ImmutableList<E> readList(WireType<E> element);

  /** In the order of the wire. */
  <V> ImmutableMap<String, V> readMap(WireType<V> value);
}
