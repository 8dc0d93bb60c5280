package io.procgrid.it.soak;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.RestClient;
import io.procgrid.it.RestReply;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Calls to a head that may die at any moment. Threads may share it. */
final class HeadCalls {
  private static final int BAD_REQUEST = 400;
  private static final long PAUSE_MILLIS = 50;

  /** A head that is restarted on a busy machine takes seconds; more than this is a failure. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final RestClient rest;
  private final Tally tally;

  HeadCalls(RestClient rest, Tally tally) {
    this.rest = rest;
    this.tally = tally;
  }

  /**
   * Calls once; empty when the head went away, does not serve, or knows not what became of it: it
   * may or may not have been done.
   *
   * @throws IllegalStateException the head refused it
   */
  Optional<JsonNode> once(String endpoint, Map<String, ?> request) {
    RestReply reply;
    try {
      reply = rest.postOrThrow(endpoint, request);
    } catch (IOException e) {
      tally.count(Tally.Of.UNANSWERED_CALLS);
      return Optional.empty();
    }
    if (reply.status() == BAD_REQUEST && !reply.body().contains("outcome unknown")) {
      throw new IllegalStateException(endpoint + " " + request + " was refused: " + reply.body());
    }
    if (reply.status() >= BAD_REQUEST) {
      tally.count(Tally.Of.UNANSWERED_CALLS);
      return Optional.empty();
    }
    return Optional.of(reply.data());
  }

  /** Calls until there is an answer: for what may be done twice. */
  JsonNode untilAnswered(String endpoint, Map<String, ?> request) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Optional<JsonNode> answer = once(endpoint, request);
      if (answer.isPresent()) {
        return answer.get();
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "no answer to %s %s within %s".formatted(endpoint, request, PATIENCE));
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }
}
