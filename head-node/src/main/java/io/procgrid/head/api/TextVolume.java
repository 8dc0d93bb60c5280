package io.procgrid.head.api;

import io.procgrid.head.api.wire.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * How much text a process may be given on its start. A kernel takes about 2 MiB of arguments and
 * environment together, and a Start must fit into one message to the worker.
 */
final class TextVolume {
  private static final long MOST_BYTES = 1024 * 1024;

  private TextVolume() {}

  /**
   * Refuses texts that are too long together.
   *
   * @param key what the error names
   * @param texts counted as UTF-8
   * @param remedy where so much belongs instead
   */
  static void check(String key, Stream<String> texts, String remedy) {
    long bytes = texts.mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length).sum();
    if (bytes > MOST_BYTES) {
      throw new InvalidRequestException(
          "%s: %d bytes in all, at most %d can be given to a process on its start; %s"
              .formatted(key, bytes, MOST_BYTES, remedy));
    }
  }
}
