package io.procgrid.head.api;

import io.procgrid.head.api.wire.InvalidRequestException;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import java.time.Duration;

/** One endpoint: a request record in, a response record out. Knows nothing of formats. */
public interface Endpoint {
  /** Longest time that any endpoint lets a caller choose. */
  Duration LONGEST_CHOICE = Duration.ofMinutes(10);

  /** For example {@code /kill/proc}. */
  String path();

  /** What a request must be. */
  RecordSchema request();

  /**
   * Answers a request. Called on a virtual thread of its own: it may block, and waits as long as it
   * takes.
   *
   * @param request a record of {@link #request()}
   * @throws InvalidRequestException when the request cannot be carried out; nothing was changed,
   *     unless the message says that this is unknown
   * @throws HeadUnavailableException when the head stops before there is an answer
   */
  WireRecord handle(WireRecord request, Caller caller);

  /** How long {@link #handle} may take by what a request can ask for. */
  default Duration longestWait() {
    return Duration.ZERO;
  }

  /** True when answers may be so large that encoding one must not hold up other requests. */
  default boolean answersInBulk() {
    return false;
  }
}
