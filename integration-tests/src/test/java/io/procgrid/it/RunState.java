package io.procgrid.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What /show/proc/status says of one run.
 *
 * @param answer the whole answer
 */
public record RunState(String runId, JsonNode answer) {
  /** The overall status; empty when the run is not in the answer. */
  public String overall() {
    return answer.path("overall_statuses").path(runId).asText("");
  }

  /** Data segment id to status. */
  public Map<String, String> statuses() {
    Map<String, String> statuses = new TreeMap<>();
    answer
        .path("statuses")
        .path(runId)
        .properties()
        .forEach(entry -> statuses.put(entry.getKey(), entry.getValue().asText()));
    return statuses;
  }

  /** Message of a segment. */
  public String message(String segment) {
    return answer.path("messages").path(runId).path(segment).asText();
  }

  /** Message of segment "0". */
  public String message() {
    return message("0");
  }

  public List<String> stdout(String segment) {
    return lines(segment, "stdout");
  }

  /** Standard output of segment "0". */
  public List<String> stdout() {
    return stdout("0");
  }

  /** Standard error of segment "0". */
  public List<String> stderr() {
    return lines("0", "stderr");
  }

  /** A timing of a segment in ms; -1 when it is not there. */
  public long timing(String segment, String key) {
    return answer.path("timings").path(runId).path(segment).path(key).asLong(-1);
  }

  private List<String> lines(String segment, String stream) {
    List<String> lines = new ArrayList<>();
    answer
        .path("output")
        .path(runId)
        .path(segment)
        .path(stream)
        .forEach(line -> lines.add(line.asText()));
    return lines;
  }
}
