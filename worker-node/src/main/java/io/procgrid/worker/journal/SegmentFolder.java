package io.procgrid.worker.journal;

import io.procgrid.common.id.SegmentKey;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder of one segment, {@code journal/<run>-<incarnation>-<segment>}: its record, what it was
 * asked to run, its output, and its working folder while it lives.
 */
public record SegmentFolder(Path path) {
  private static final Pattern NAME = Pattern.compile("(\\d{1,18})-(\\d{1,9})-(\\d{1,9})");

  static SegmentFolder of(Path journal, SegmentKey segment) {
    return new SegmentFolder(journal.resolve(segment.toString()));
  }

  /** The segment that a folder of this name belongs to. */
  static Optional<SegmentKey> keyOf(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches() || matcher.group(1).equals("0") || matcher.group(2).equals("0")) {
      return Optional.empty();
    }
    SegmentKey key =
        new SegmentKey(
            Long.parseLong(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            Integer.parseInt(matcher.group(3)));
    return key.toString().equals(name) ? Optional.of(key) : Optional.empty();
  }

  Path record() {
    return path.resolve("record");
  }

  Path spec() {
    return path.resolve("spec.json");
  }

  /** Where stdout goes. */
  public Path stdout() {
    return path.resolve("stdout");
  }

  /** Where stderr goes. */
  public Path stderr() {
    return path.resolve("stderr");
  }

  /** The working folder of the process. */
  public Path work() {
    return path.resolve("work");
  }
}
