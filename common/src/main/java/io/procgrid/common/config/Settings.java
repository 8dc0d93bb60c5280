package io.procgrid.common.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The settings of a daemon as the user gave them: {@code --key value}, {@code --key=value} or a
 * bare {@code --flag} on the command line, over {@code key=value} lines of the file that {@code
 * --config} names.
 *
 * <p>Strict: a key that is not in the list of valid ones, given twice, or without a value is an
 * error. Typed readers below check values and say what would be right.
 */
public final class Settings {
  private record Value(String text, String source) {}

  private final Map<String, Value> values;

  private Settings(Map<String, Value> values) {
    this.values = values;
  }

  /**
   * Reads the command line and the file it names.
   *
   * @param keys valid keys with a value, without the leading dashes; "config" is always valid
   * @param flags valid keys that may stand alone, meaning true
   */
  public static Settings parse(List<String> arguments, Set<String> keys, Set<String> flags)
      throws ConfigurationException {
    Map<String, Value> line = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--")) {
        throw ConfigurationException.of(
            argument, "command line", "", "not an option; options are " + list(keys, flags));
      }
      int equals = argument.indexOf('=');
      String key = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
      requireKnown(key, "command line", keys, flags);
      String value;
      if (equals >= 0) {
        value = argument.substring(equals + 1);
      } else if (flags.contains(key)) {
        value = "true";
      } else if (i + 1 < arguments.size()) {
        value = arguments.get(++i);
      } else {
        throw ConfigurationException.of(key, "command line", "", "a value must follow");
      }
      if (line.put(key, new Value(value, "command line")) != null) {
        throw ConfigurationException.of(key, "command line", value, "given twice; give it once");
      }
    }
    Value file = line.remove("config");
    Map<String, Value> merged = new LinkedHashMap<>();
    if (file != null) {
      merged.putAll(readFile(Path.of(file.text), keys, flags));
    }
    merged.putAll(line);
    return new Settings(merged);
  }

  private static Map<String, Value> readFile(Path file, Set<String> keys, Set<String> flags)
      throws ConfigurationException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw ConfigurationException.of(
          file, "cannot be read (%s); name a readable file of key=value lines".formatted(e));
    }
    Map<String, Value> values = new LinkedHashMap<>();
    for (String key : properties.stringPropertyNames()) {
      requireKnown(key, file.toString(), keys, flags);
      values.put(key, new Value(properties.getProperty(key).strip(), file.toString()));
    }
    return values;
  }

  private static void requireKnown(
      String key, String source, Collection<String> keys, Collection<String> flags)
      throws ConfigurationException {
    if (!keys.contains(key) && !flags.contains(key) && !key.equals("config")) {
      throw ConfigurationException.of(key, source, "", "unknown; valid are " + list(keys, flags));
    }
  }

  private static String list(Collection<String> keys, Collection<String> flags) {
    Set<String> all = new TreeSet<>(keys);
    all.addAll(flags);
    all.add("config");
    return String.join(", ", all);
  }

  /** The text of a setting, or empty when it was not given. */
  public Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).map(Value::text);
  }

  /** The text of a setting that must be given. */
  public String requiredText(String key) throws ConfigurationException {
    Value value = values.get(key);
    if (value == null || value.text.isEmpty()) {
      throw new ConfigurationException(
          "%s (command line): missing; give --%s VALUE".formatted(key, key));
    }
    return value.text;
  }

  /** An integer within bounds, both inclusive, or the default when it was not given. */
  public long integer(String key, long otherwise, long least, long most)
      throws ConfigurationException {
    Value value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(value.text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, together with a number out of bounds.
    }
    throw ConfigurationException.of(
        key, value.source, value.text, "must be an integer from %d to %d".formatted(least, most));
  }

  /** A boolean, "true" or "false", or the default when it was not given. */
  public boolean flag(String key, boolean otherwise) throws ConfigurationException {
    Value value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    return switch (value.text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw ConfigurationException.of(key, value.source, value.text, "must be true or false");
    };
  }

  /** The error for a value that the caller checked itself. */
  public ConfigurationException invalid(String key, String fix) {
    Value value = values.get(key);
    return value == null
        ? ConfigurationException.of(key, "default", "", fix)
        : ConfigurationException.of(key, value.source, value.text, fix);
  }
}
