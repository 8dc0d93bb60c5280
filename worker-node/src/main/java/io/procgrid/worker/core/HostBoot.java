package io.procgrid.worker.core;

/**
 * The boot of the host, and where the core's clock stands in it: what is to outlive the worker
 * process is told in time since the boot.
 *
 * @param id random number of the boot; empty off Linux
 * @param offsetMillis ms from the boot to the zero of the core's clock
 */
public record HostBoot(String id, long offsetMillis) {
  /** The time since the boot at a time of the core's clock, ms. */
  long sinceBoot(long coreMillis) {
    return coreMillis + offsetMillis;
  }

  /** The time of the core's clock at a time since this boot, ms. */
  long onCoreClock(long sinceBootMillis) {
    return sinceBootMillis - offsetMillis;
  }

  /** Whether that is known to be this boot. */
  boolean is(String otherId) {
    return !id.isEmpty() && id.equals(otherId);
  }
}
