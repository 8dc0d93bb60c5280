package io.procgrid.head.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.run.KillFacts;
import io.procgrid.head.core.Answer;
import java.time.InstantSource;
import java.util.Collection;
import java.util.stream.Collectors;

/** What the endpoints that kill have in common. */
final class KillOptions {
  static final String ANSWER_TIMEOUT = "answer_timeout_ms";

  /** Not supported yet. */
  static final String GRACE_PERIOD = "grace_period_ms";

  private static final long DEFAULT_TIMEOUT_MILLIS = 10_000;

  private KillOptions() {}

  static long answerTimeoutMillis(Options options) {
    return options.integer(
        ANSWER_TIMEOUT, DEFAULT_TIMEOUT_MILLIS, 1, Endpoint.LONGEST_CHOICE.toMillis());
  }

  /** The facts of a kill that is asked for now. */
  static KillFacts facts(Caller caller, InstantSource clock) {
    return new KillFacts("", clock.millis(), caller.address());
  }

  /** What {@code info} says of a kill. */
  static ImmutableMap<String, String> info(Answer.Killed killed) {
    ImmutableMap.Builder<String, String> info = ImmutableMap.builder();
    if (!killed.pending().isEmpty()) {
      ObjectNode reasons = JsonNodeFactory.instance.objectNode();
      killed.pending().forEach((runId, reason) -> reasons.put(Long.toString(runId), reason));
      info.put("pending_run_ids", commaList(killed.pending().keySet()));
      info.put("pending_reason", reasons.toString());
    }
    info.put("elapsed_ms", Long.toString(killed.elapsedMillis()));
    return info.buildOrThrow();
  }

  static String commaList(Collection<Long> runIds) {
    return runIds.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
  }
}
