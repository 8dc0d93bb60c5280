package io.procgrid.it.soak;

import java.time.Duration;
import java.util.Iterator;
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
  private static final long MOST = 10_000;

  /** A batch and the entries need so many. */
  private static final long FEWEST_PROCESSES = 100;

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
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      if (option.equals("--grace")) {
        plan = plan.withGrace();
      } else if (rest.hasNext()) {
        plan = plan.with(option, rest.next());
      } else {
        throw new IllegalArgumentException(option + ": a number must follow");
      }
    }
    return plan;
  }

  SoakPlan withGrace() {
    return new SoakPlan(duration, workers, clients, processes, faultEvery, true, seed);
  }

  private SoakPlan with(String option, String value) {
    return switch (option) {
      case "--minutes" ->
          lasting(Duration.ofMinutes(number(option, value, 1, MOST)), faultEvery, seed);
      case "--seconds" ->
          lasting(Duration.ofSeconds(number(option, value, 1, MOST)), faultEvery, seed);
      case "--fault-seconds" ->
          lasting(duration, Duration.ofSeconds(number(option, value, 1, MOST)), seed);
      case "--seed" ->
          lasting(duration, faultEvery, number(option, value, Long.MIN_VALUE, Long.MAX_VALUE));
      case "--clients" -> loaded((int) number(option, value, 1, MOST), processes);
      case "--processes" -> loaded(clients, (int) number(option, value, FEWEST_PROCESSES, MOST));
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

  private static long number(String option, String value, long least, long most) {
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, together with what is out of range.
    }
    throw new IllegalArgumentException(
        "%s: '%s' is not a number from %d to %d".formatted(option, value, least, most));
  }
}
