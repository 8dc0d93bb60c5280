package io.procgrid.common.loop;

import java.util.List;

/**
 * A pure state machine: no I/O, clock, thread or randomness. The same events at the same times give
 * the same effects, so a seed replays any failure.
 *
 * @param <I> events that come in
 * @param <O> effects that go out, to be carried out in order
 */
public interface Core<I, O> {
  /** Value of {@link #nextDeadline()} while there is nothing to wait for. */
  long NO_DEADLINE = Long.MAX_VALUE;

  /**
   * Takes one event.
   *
   * @param nowMillis time of the event on a monotonic clock, ms; never less than at the step before
   * @return effects, in order
   */
  List<O> step(long nowMillis, I event);

  /**
   * Takes the passing of time: called when {@link #nextDeadline()} is reached, and harmless at any
   * other time.
   *
   * @param nowMillis as in {@link #step}
   * @return effects, in order
   */
  List<O> tick(long nowMillis);

  /**
   * When {@link #tick} is wanted next, on the clock of {@link #step}, ms; {@link #NO_DEADLINE} for
   * never.
   */
  long nextDeadline();
}
