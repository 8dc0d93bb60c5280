package io.procgrid.common.run;

import java.util.Optional;

/** How a proc spreads over the workers. */
public enum ExecutionMode {
  /** One segment per slot of every connected worker. */
  DISTRIBUTED("distributed"),
  /** One segment on one worker. */
  NONDISTRIBUTED("nondistributed");

  private final String wireName;

  ExecutionMode(String wireName) {
    this.wireName = wireName;
  }

  /** The name that REST uses. */
  public String wireName() {
    return wireName;
  }

  /** The mode with that REST name, or empty. */
  public static Optional<ExecutionMode> ofWireName(String name) {
    for (ExecutionMode mode : values()) {
      if (mode.wireName.equals(name)) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }
}
