package io.procgrid.it;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/**
 * Waits for conditions. The bound only ends a test that has failed, so it is generous: the machine
 * may be busy.
 */
public final class Waiting {
  /** Bound of every wait. */
  public static final Duration LONGEST = Duration.ofSeconds(60);

  private static final Duration GLANCE = Duration.ofMillis(20);

  private Waiting() {}

  /** Returns once the condition holds. */
  public static void until(Callable<Boolean> condition) {
    await().atMost(LONGEST).pollInterval(GLANCE).until(condition);
  }

  /** Returns the value once it is as wanted. */
  public static <T> T until(Callable<T> value, Predicate<? super T> wanted) {
    return await().atMost(LONGEST).pollInterval(GLANCE).until(value, wanted);
  }
}
