package io.procgrid.head.api;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import io.procgrid.head.api.wire.InvalidRequestException;
import java.util.Map;

/**
 * The options of an endpoint. A key that is not among them is an error: ignoring a mistyped
 * selector would widen a kill.
 *
 * @param valid keys; one that ends in {@code .*} stands for all with that prefix
 * @param later keys that are known but not supported yet
 */
record OptionSchema(ImmutableSortedSet<String> valid, ImmutableSortedSet<String> later) {
  static OptionSchema of(String... valid) {
    return new OptionSchema(ImmutableSortedSet.copyOf(valid), ImmutableSortedSet.of());
  }

  OptionSchema notYet(String... keys) {
    return new OptionSchema(valid, ImmutableSortedSet.copyOf(keys));
  }

  /**
   * The options of a request.
   *
   * @throws InvalidRequestException when a key is not valid
   */
  Options check(ImmutableMap<String, String> given) {
    for (Map.Entry<String, String> option : given.entrySet()) {
      String key = option.getKey();
      if (later.contains(key)) {
        throw InvalidRequestException.of(
            "options." + key,
            option.getValue(),
            "the option %s is not supported yet; leave it out".formatted(key));
      }
      if (!accepts(key)) {
        throw InvalidRequestException.of(
            "options." + key, option.getValue(), "unknown option; " + validKeys());
      }
    }
    return new Options(given);
  }

  private boolean accepts(String key) {
    int dot = key.indexOf('.');
    return valid.contains(dot < 0 ? key : key.substring(0, dot) + ".*");
  }

  private String validKeys() {
    return valid.isEmpty() ? "this endpoint has none" : "valid are " + String.join(", ", valid);
  }
}
