package io.procgrid.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The proc endpoints as a caller uses them. Every method fails unless the head says OK. */
public final class ProcClient {

  private final RestClient rest;
  private final AtomicInteger names = new AtomicInteger();

  public ProcClient(RestClient rest) {
    this.rest = rest;
  }

  /** A proc name that was not used in this cluster. */
  public String newName() {
    return "proc " + names.incrementAndGet();
  }

  /** Creates the proc under a new name and returns that. */
  public String create(ProcDraft draft) {
    String name = newName();
    rest.call("/create/proc", draft.request(name));
    return name;
  }

  /** Creates the proc and executes it. Options come as key, value, key, value. */
  public String run(ProcDraft draft, String... options) {
    return execute(create(draft), options);
  }

  /** Executes a proc without parameters; returns the run id. */
  public String execute(String procName, String... options) {
    return executeWith(procName, Map.of(), options);
  }

  /** Executes a proc; returns the run id. */
  public String executeWith(String procName, Map<String, String> params, String... options) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("proc_name", procName);
    request.put("params", params);
    request.put("options", map(options));
    return rest.call("/execute/proc", request).path("run_id").asText();
  }

  /** Kills; an empty run id means any. */
  public KillAnswer kill(String runId, String... options) {
    return KillAnswer.of(rest.call("/kill/proc", Map.of("run_id", runId, "options", map(options))));
  }

  /** The status of one run. */
  public RunState status(String runId, String... options) {
    return new RunState(runId, statuses(runId, options));
  }

  /** The answer of /show/proc/status. */
  public JsonNode statuses(String runId, String... options) {
    return rest.call("/show/proc/status", Map.of("run_id", runId, "options", map(options)));
  }

  /** Waits until the run is over. */
  public RunState awaitOver(String runId) {
    RunState state = status(runId, "wait_ms", Long.toString(Waiting.LONGEST.toMillis()));
    assertThat(state.overall())
        .as("run %s: %s", runId, state.answer())
        .isIn("complete", "killed", "error");
    return state;
  }

  /** Waits until every segment that the run has is running, and it has at least this many. */
  public RunState awaitRunning(String runId, int segments) {
    return Waiting.until(
        () -> status(runId),
        state ->
            state.statuses().size() >= segments
                && state.statuses().values().stream().allMatch("running"::equals));
  }

  /** Auto-start entries of a proc: run id to what is shown of it. */
  public JsonNode autoStarts(String procName) {
    JsonNode info =
        rest.call("/show/proc", Map.of("proc_name", procName, "options", Map.of())).path("info");
    return RestReply.parse(info.path("execute_at_startup_run_ids").asText("{}"));
  }

  /** Options from keys and values in turn. */
  public static ImmutableMap<String, String> map(String... keysAndValues) {
    ImmutableMap.Builder<String, String> map = ImmutableMap.builder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return map.buildOrThrow();
  }
}
