package io.procgrid.head.api;

import com.google.common.collect.ImmutableMap;
import io.procgrid.common.run.Grace;
import java.util.Locale;

/** The signals that a proc may ask for, by the names and numbers of Linux: see signal(7). */
final class KillSignal {
  private static final ImmutableMap<String, Integer> NUMBERS =
      ImmutableMap.<String, Integer>builder()
          .put("TERM", Grace.SIGTERM)
          .put("INT", 2)
          .put("HUP", 1)
          .put("QUIT", 3)
          .put("USR1", 10)
          .put("USR2", 12)
          .put("KILL", Grace.SIGKILL)
          .buildOrThrow();
  private static final int HIGHEST = 64;

  private KillSignal() {}

  /** The number of the signal that an option names; SIGTERM when it is not there. */
  static int of(Options options, String key) {
    if (!options.has(key)) {
      return Grace.SIGTERM;
    }
    String given = options.text(key);
    if (given.matches("[0-9]{1,2}")) {
      int number = Integer.parseInt(given);
      if (number >= 1 && number <= HIGHEST) {
        return number;
      }
    }
    String name = given.toUpperCase(Locale.ROOT);
    Integer number = NUMBERS.get(name.startsWith("SIG") ? name.substring("SIG".length()) : name);
    if (number == null) {
      throw options.invalid(
          key,
          "is no signal to end with; valid are %s, each also with SIG before it, or a number from 1 to %d"
              .formatted(String.join(", ", NUMBERS.keySet()), HIGHEST));
    }
    return number;
  }
}
