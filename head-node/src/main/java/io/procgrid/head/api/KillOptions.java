package io.procgrid.head.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.run.KillFacts;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.KillTerms;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.stream.Collectors;

/** What the endpoints that kill have in common. */
final class KillOptions {
  static final String ANSWER_TIMEOUT = "answer_timeout_ms";

  /** Only where a caller may choose another time than the procs' own. */
  static final String GRACE_PERIOD = "grace_period_ms";

  /** Most that a proc or a caller may leave to a tree. */
  static final Duration LONGEST_GRACE = Duration.ofDays(1);

  /** What an answer may take by the options of a request. */
  static final Duration LONGEST_WAIT = LONGEST_GRACE.plus(Endpoint.LONGEST_CHOICE);

  private KillOptions() {}

  /** A kill that is asked for now. */
  static KillTerms terms(Options options, Caller caller, InstantSource clock) {
    return new KillTerms(
        facts(caller, clock),
        options.has(GRACE_PERIOD) ? graceMillis(options, GRACE_PERIOD) : null,
        options.has(ANSWER_TIMEOUT) ? answerTimeoutMillis(options) : null);
  }

  /** Who asks for it, now. */
  static KillFacts facts(Caller caller, InstantSource clock) {
    return new KillFacts("", clock.millis(), caller.address());
  }

  /** A time between signal and SIGKILL, ms; 0 when the option is not there. */
  static long graceMillis(Options options, String key) {
    return options.integer(key, 0, 0, LONGEST_GRACE.toMillis());
  }

  private static long answerTimeoutMillis(Options options) {
    return options.integer(ANSWER_TIMEOUT, 1, 1, Endpoint.LONGEST_CHOICE.toMillis());
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
