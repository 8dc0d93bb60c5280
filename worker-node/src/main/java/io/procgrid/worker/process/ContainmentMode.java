package io.procgrid.worker.process;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Which mechanism to use. */
public enum ContainmentMode {
  /** The strongest that this host offers. */
  AUTO,
  CGROUP,
  NAMESPACE,
  SESSION,
  PORTABLE;

  /** Its name in settings: lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads the name in settings; empty when there is no such mode. */
  public static Optional<ContainmentMode> parse(String text) {
    return Stream.of(values()).filter(mode -> mode.text().equals(text)).findFirst();
  }
}
