package io.procgrid.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Splitter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What /kill/proc answered.
 *
 * @param runIds of the runs it proved dead
 * @param pending run id to the reason why it is not proven yet
 */
public record KillAnswer(Set<String> runIds, Map<String, String> pending) {
  /** Of the answer's content. */
  public static KillAnswer of(JsonNode answer) {
    Set<String> runIds = new TreeSet<>();
    answer.path("run_ids").forEach(id -> runIds.add(id.asText()));
    JsonNode info = answer.path("info");
    Map<String, String> pending = new LinkedHashMap<>();
    JsonNode reasons = RestReply.parse(info.path("pending_reason").asText("{}"));
    for (String id :
        Splitter.on(',')
            .trimResults()
            .omitEmptyStrings()
            .split(info.path("pending_run_ids").asText(""))) {
      pending.put(id, reasons.path(id).asText());
    }
    return new KillAnswer(runIds, pending);
  }
}
