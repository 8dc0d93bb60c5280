package io.procgrid.it;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.awaitility.core.ConditionFactory;

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
    waiting().until(condition);
  }

  /** Returns the value once it is as wanted. */
  public static <T> T until(Callable<T> value, Predicate<? super T> wanted) {
    return waiting().until(value, wanted);
  }

  /** Thousands of conditions that hold already are to take no time. */
  private static ConditionFactory waiting() {
    return await().atMost(LONGEST).pollDelay(Duration.ZERO).pollInterval(GLANCE);
  }
}
