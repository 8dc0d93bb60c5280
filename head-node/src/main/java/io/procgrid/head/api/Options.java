package io.procgrid.head.api;

import com.google.common.collect.ImmutableMap;
import io.procgrid.head.api.wire.InvalidRequestException;
import java.math.BigInteger;
import java.util.Map;

/** The options of a request, whose keys are known to be valid. */
record Options(ImmutableMap<String, String> given) {
  private static final BigInteger LONGEST = BigInteger.valueOf(Long.MAX_VALUE);

  /** The text of an option, empty when it is not there. */
  String text(String key) {
    return given.getOrDefault(key, "");
  }

  boolean has(String key) {
    return given.containsKey(key);
  }

  /** "true" or "false", false when it is not there. */
  boolean flag(String key) {
    String value = given.get(key);
    return switch (value) {
      case null -> false;
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(key, "must be true or false");
    };
  }

  /** An integer within bounds, both inclusive. */
  long integer(String key, long absent, long least, long most) {
    String value = given.get(key);
    if (value == null) {
      return absent;
    }
    if (value.matches("-?[0-9]{1,30}")) {
      BigInteger number = new BigInteger(value);
      if (number.compareTo(BigInteger.valueOf(least)) >= 0
          && number.min(LONGEST).compareTo(BigInteger.valueOf(most)) <= 0) {
        return number.longValueExact();
      }
    }
    throw invalid(key, "must be an integer from %d to %d".formatted(least, most));
  }

  /** Options with that prefix, without it. */
  ImmutableMap<String, String> below(String prefix) {
    ImmutableMap.Builder<String, String> below = ImmutableMap.builder();
    given.forEach((key, value) -> {
      if (key.startsWith(prefix)) {
        below.put(key.substring(prefix.length()), value);
      }
    });
    return below.buildOrThrow();
  }

  /** All but the one. */
  ImmutableMap<String, String> without(String key) {
    return given.entrySet().stream()
        .filter(option -> !option.getKey().equals(key))
        .collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  InvalidRequestException invalid(String key, String fix) {
    return InvalidRequestException.of("options." + key, text(key), fix);
  }
}
