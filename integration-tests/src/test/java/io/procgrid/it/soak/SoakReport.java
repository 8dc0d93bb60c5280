package io.procgrid.it.soak;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What came of a soak, for people and, as one line, for programs. */
final class SoakReport {
  private final Site site;
  private final double loadSeconds;

  /**
   * A report.
   *
   * @param loadSeconds how long there was load
   */
  SoakReport(Site site, double loadSeconds) {
    this.site = site;
    this.loadSeconds = loadSeconds;
  }

  /** Whether the cluster kept its word. */
  boolean isClean() {
    return site.findings().isEmpty();
  }

  /** Runs that a kill ended, and whose status says so. */
  long killed() {
    return site.tally().get(Tally.Of.KILLED);
  }

  /** What should not have happened; empty when all is well. */
  List<String> findings() {
    return site.findings().told();
  }

  void print(PrintStream out) {
    for (Tally.Of of : Tally.Of.values()) {
      out.printf("%-20s %10d%n", word(of), site.tally().get(of));
    }
    for (Breach breach : Breach.values()) {
      out.printf("%-20s %10d%n", breach.plural(), site.findings().count(breach));
    }
    out.printf(Locale.ROOT, "%-20s %10.1f%n", "killed per second", killed() / loadSeconds);
    out.println(line());
    site.findings().told().forEach(finding -> out.println("!!! " + finding));
  }

  private String line() {
    List<String> words = new ArrayList<>();
    words.add("soak:");
    words.add("seed=" + site.plan().seed());
    words.add(String.format(Locale.ROOT, "seconds=%.0f", loadSeconds));
    for (Tally.Of of : Tally.Of.values()) {
      words.add(word(of).replace(' ', '_') + "=" + site.tally().get(of));
    }
    for (Breach breach : Breach.values()) {
      words.add(breach.plural() + "=" + site.findings().count(breach));
    }
    return String.join(" ", words);
  }

  private static String word(Tally.Of of) {
    return of.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
