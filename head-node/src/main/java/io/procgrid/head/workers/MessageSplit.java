package io.procgrid.head.workers;

import com.google.protobuf.MessageLite;
import java.util.ArrayList;
import java.util.List;

/** Splits orders so that no request grows beyond what every gRPC server takes. */
final class MessageSplit {
  /** Where a request that has orders already takes no more, in bytes. */
  static final int TARGET_BYTES = 1 << 20;

  /** The largest single order, in bytes: below gRPC's limit of 4 MiB for a request. */
  static final int MOST_BYTES = 3 << 20;

  private MessageSplit() {}

  /** The same messages in the same order, in parts of about {@link #TARGET_BYTES} at most. */
  static <M extends MessageLite> List<List<M>> split(List<M> messages) {
    List<List<M>> parts = new ArrayList<>();
    List<M> part = new ArrayList<>();
    long bytes = 0;
    for (M message : messages) {
      int size = message.getSerializedSize();
      if (!part.isEmpty() && bytes + size > TARGET_BYTES) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(message);
      bytes += size;
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts;
  }
}
