package io.procgrid.it.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Executes procs, and notes what is acknowledged. Threads may share it. */
final class Executor {
  private final HeadCalls head;
  private final Logbook logbook;
  private final Tally tally;

  Executor(HeadCalls head, Logbook logbook, Tally tally) {
    this.head = head;
    this.logbook = logbook;
    this.tally = tally;
  }

  /**
   * Executes a proc now.
   *
   * @return the run id; empty when nobody knows whether it was accepted
   */
  OptionalLong execute(String procName, String tag, Map<String, String> params) {
    return send(procName, tag, params, false);
  }

  /** Makes an entry that runs the proc at each start of the cluster; result as of an execution. */
  OptionalLong executeAtStartup(String procName, String tag) {
    return send(procName, tag, Map.of(), true);
  }

  private OptionalLong send(
      String procName, String tag, Map<String, String> params, boolean atStartup) {
    Map<String, String> options = new HashMap<>(Map.of("run_tag", tag, "max_output_lines", "0"));
    if (atStartup) {
      options.put("execute_at_startup", "true");
    }
    long asked = System.nanoTime();
    Optional<JsonNode> answer =
        head.once(
            "/execute/proc", Map.of("proc_name", procName, "params", params, "options", options));
    if (answer.isEmpty()) {
      return OptionalLong.empty();
    }
    long run = answer.get().path("run_id").asLong();
    logbook.add(new RunNote(run, tag, procName, atStartup, asked, System.nanoTime()));
    tally.count(Tally.Of.EXECUTES);
    return OptionalLong.of(run);
  }
}
