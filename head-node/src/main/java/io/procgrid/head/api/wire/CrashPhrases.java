package io.procgrid.head.api.wire;

import com.google.common.collect.ImmutableList;
import java.util.Locale;

/**
 * Phrases that Kinetica's clients take, anywhere in a message, as the sign of a server that is
 * gone. A message may quote them, from a caller or from a worker; it then carries them in lower
 * case or hyphenated, which the clients read as text.
 */
final class CrashPhrases {
  /** Source: the failover rules of the public Java and Python clients. */
  private static final ImmutableList<String> PHRASES =
      ImmutableList.of(
          "Kinetica is exiting",
          "Connection refused",
          "Connection reset",
          "Query planner is not running",
          "System shutting down",
          "Unavailable: Draining HA queue",
          "system-limited-fatal");

  private CrashPhrases() {}

  static String avoidIn(String message) {
    String safe = message;
    for (String phrase : PHRASES) {
      String harmless = phrase.toLowerCase(Locale.ROOT).replace('-', ' ');
      safe = safe.replace(phrase, harmless);
    }
    return safe;
  }
}
