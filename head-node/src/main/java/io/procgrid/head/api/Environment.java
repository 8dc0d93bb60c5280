package io.procgrid.head.api;

import com.google.common.collect.ImmutableMap;
import io.procgrid.head.api.wire.Excerpt;
import io.procgrid.head.api.wire.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a proc's environment and arguments can hold. */
final class Environment {
  /**
   * Bytes of one string that exec takes, its NUL included. Source: execve(2), MAX_ARG_STRLEN with
   * pages of 4 KiB.
   */
  private static final int EXEC_LIMIT = 128 * 1024;

  private static final String RESERVED = "PROCGRID_";

  private Environment() {}

  /** Checks the {@code env.*} options of a proc: names without the prefix. */
  static void checkVariables(ImmutableMap<String, String> variables) {
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      String key = "options.env." + variable.getKey();
      if (!variable.getKey().matches("[A-Za-z_][A-Za-z0-9_]*")) {
        throw InvalidRequestException.of(
            key,
            variable.getValue(),
            "not the name of an environment variable; use ASCII letters, digits and _");
      }
      // They tell a proc which run and segment it is: whoever set them would make it lie.
      if (variable.getKey().startsWith(RESERVED)) {
        throw InvalidRequestException.of(
            key,
            variable.getValue(),
            "names that begin with PROCGRID_ are the cluster's own; choose another");
      }
      requirePassesExec(key, variable.getValue(), variable.getKey().length() + 1);
    }
  }

  /** Checks text that becomes a string of exec, together with so many bytes more. */
  static void requirePassesExec(String key, String value, int besides) {
    Names.requireNoNul(key, value);
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes + besides >= EXEC_LIMIT) {
      throw InvalidRequestException.of(
          key,
          value,
          "%d bytes cannot be given to a process, which takes less than %d; put it into a file"
              .formatted(bytes, EXEC_LIMIT));
    }
  }

  /** Checks that no two params become the same environment variable. */
  static void checkParams(Set<String> params) {
    Map<String, String> byVariable = new HashMap<>();
    for (String param : params) {
      String variable = variableOf(param);
      @Nullable String other = byVariable.put(variable, param);
      if (other != null) {
        throw new InvalidRequestException(
            "params: %s and %s both become the environment variable %s; rename one of them"
                .formatted(Excerpt.quoted(other), Excerpt.quoted(param), Excerpt.of(variable)));
      }
    }
  }

  /** Upper case, and an underscore for anything but ASCII letters and digits. */
  private static String variableOf(String param) {
    return "PROCGRID_PARAM_" + param.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
