package io.procgrid.head.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.common.run.KillFacts;

/** How {@link KillFacts} stand in their column. */
final class StoredKill {
  private StoredKill() {}

  static ObjectNode write(KillFacts facts) {
    ObjectNode json = Json.object();
    json.put("user", facts.user());
    json.put("at_millis", facts.atMillis());
    json.put("origin", facts.origin());
    return json;
  }

  static KillFacts read(JsonNode json) {
    return new KillFacts(
        json.required("user").textValue(),
        json.required("at_millis").longValue(),
        json.required("origin").textValue());
  }
}
