package io.procgrid.head.api;

import io.procgrid.head.core.Selector;
import org.jspecify.annotations.Nullable;

/** Run ids as callers write them. */
final class RunIds {
  private RunIds() {}

  /**
   * What the text selects: null (any run) when it is empty, {@link Selector#NO_RUN} when no run can
   * have such an id.
   */
  static @Nullable Long parse(String text) {
    if (text.isEmpty()) {
      return null;
    }
    if (!text.matches("[1-9][0-9]{0,18}")) {
      return Selector.NO_RUN;
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return Selector.NO_RUN; // 19 digits can be more than a run id can
    }
  }
}
