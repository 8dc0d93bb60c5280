package io.procgrid.common.config;

import java.nio.file.Path;

/**
 * A setting that cannot be used. Its message is the one line a user sees: key, source, value, fix.
 */
public final class ConfigurationException extends Exception {
  /** Exit code of a daemon or tool that met one. */
  public static final int EXIT_CODE = 2;

  /**
   * Any other complaint about the configuration, already one line that names key, source, value and
   * fix.
   */
  public ConfigurationException(String message) {
    super(message);
  }

  /**
   * A setting with a value that cannot be used.
   *
   * @param source "command line", or the file
   * @param fix what would be right
   */
  public static ConfigurationException of(String key, String source, String value, String fix) {
    return new ConfigurationException("%s=%s (%s): %s".formatted(key, value, source, fix));
  }

  /** A complaint about a file as a whole. */
  public static ConfigurationException of(Path file, String fix) {
    return new ConfigurationException("%s: %s".formatted(file, fix));
  }
}
