package io.procgrid.head.api;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.procgrid.head.api.wire.InvalidRequestException;

/** What names and tags must be. */
final class Names {
  private static final int LONGEST = 256;

  private Names() {}

  /** A name that must be given. */
  @CanIgnoreReturnValue
  static String require(String key, String name) {
    if (name.isEmpty()) {
      throw InvalidRequestException.of(key, name, "is empty; give a name");
    }
    return check(key, name);
  }

  /** A name or tag that may be empty. */
  @CanIgnoreReturnValue
  static String check(String key, String name) {
    int length = name.codePointCount(0, name.length());
    if (length > LONGEST) {
      throw InvalidRequestException.of(
          key, name, "has %d characters; at most %d are allowed".formatted(length, LONGEST));
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw InvalidRequestException.of(
          key, name, "has a control character; use printable ones only");
    }
    return name;
  }

  /** Text that a process is to see: it cannot hold a NUL. */
  @CanIgnoreReturnValue
  static String requireNoNul(String key, String text) {
    if (text.indexOf('\0') >= 0) {
      throw InvalidRequestException.of(
          key, text, "has a NUL character, which no process can be given; remove it");
    }
    return text;
  }
}
