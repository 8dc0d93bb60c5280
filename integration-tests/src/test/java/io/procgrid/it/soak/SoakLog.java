package io.procgrid.it.soak;

import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintStream;
import java.util.Locale;

/** What the soak says while it goes on, each line with the seconds since its start. */
final class SoakLog {
  private final PrintStream out;
  private final long started = System.nanoTime();

  SoakLog(PrintStream out) {
    this.out = out;
  }

  /** A line; the format as in {@link String#format}. */
  @FormatMethod
  void say(String format, Object... arguments) {
    out.printf(Locale.ROOT, "%8.2f %s%n", seconds(), String.format(Locale.ROOT, format, arguments));
  }

  /** Seconds since the start. */
  double seconds() {
    return (System.nanoTime() - started) / 1e9;
  }
}
