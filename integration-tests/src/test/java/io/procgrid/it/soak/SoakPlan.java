package io.procgrid.it.soak;

import java.time.Duration;
import java.util.List;

/**
 * How long and how hard.
 *
 * @param duration of load and faults; what comes after, until all is settled, comes on top
 * @param workers of the cluster
 * @param clients that execute and kill
 * @param processes that may be alive at once, about
 * @param faultEvery mean time between two faults
 * @param grace whether some procs have a grace period
 * @param seed of all that happens by chance; what threads and kernel do meanwhile is not in it
 */
record SoakPlan(
    Duration duration,
    int workers,
    int clients,
    int processes,
    Duration faultEvery,
    boolean grace,
    long seed) {
  /** With four workers, for as long as this. */
  static SoakPlan lasting(Duration duration) {
    return new SoakPlan(duration, 4, 12, 300, Duration.ofSeconds(6), false, System.nanoTime());
  }

  /**
   * Reads options with a number each: {@code --minutes}, {@code --seconds}, {@code --clients},
   * {@code --processes}, {@code --fault-seconds}, {@code --seed}; and {@code --grace}.
   *
   * @throws IllegalArgumentException an option is unknown or its value is no number that it takes
   */
  static SoakPlan parse(List<String> arguments) {
    SoakPlan plan = lasting(Duration.ofMinutes(5));
    for (int i = 0; i < arguments.size(); i++) {
      String option = arguments.get(i);
      if (option.equals("--grace")) {
        plan = plan.withGrace();
        continue;
      }
      if (i + 1 == arguments.size()) {
        throw new IllegalArgumentException(option + ": a number must follow");
      }
      i++;
      plan = plan.with(option, arguments.get(i));
    }
    return plan;
  }

  SoakPlan withGrace() {
    return new SoakPlan(duration, workers, clients, processes, faultEvery, true, seed);
  }

  private SoakPlan with(String option, String value) {
    long number = number(option, value);
    return switch (option) {
      case "--minutes" -> lasting(Duration.ofMinutes(number), faultEvery, seed);
      case "--seconds" -> lasting(Duration.ofSeconds(number), faultEvery, seed);
      case "--fault-seconds" -> lasting(duration, Duration.ofSeconds(number), seed);
      case "--seed" -> lasting(duration, faultEvery, number);
      case "--clients" -> loaded((int) number, processes);
      case "--processes" -> loaded(clients, (int) number);
      default ->
          throw new IllegalArgumentException(
              option
                  + ": unknown option; there are --minutes, --seconds, --clients, --processes,"
                  + " --fault-seconds, --seed and --grace");
    };
  }

  private SoakPlan lasting(Duration newDuration, Duration newFaultEvery, long newSeed) {
    return new SoakPlan(newDuration, workers, clients, processes, newFaultEvery, grace, newSeed);
  }

  private SoakPlan loaded(int newClients, int newProcesses) {
    return new SoakPlan(duration, workers, newClients, newProcesses, faultEvery, grace, seed);
  }

  private static long number(String option, String value) {
    try {
      long number = Long.parseLong(value);
      if (number > 0 && (option.equals("--seed") || number <= 100_000)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, together with what is out of range.
    }
    throw new IllegalArgumentException(
        "%s: '%s' is not a number from 1 to 100000".formatted(option, value));
  }
}
