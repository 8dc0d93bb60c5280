package io.procgrid.head.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.common.run.KillFacts;
import io.procgrid.head.core.KillIntent;

/** How {@link KillFacts} and {@link KillIntent}s stand in their columns. */
final class StoredKill {
  private StoredKill() {}

  static ObjectNode write(KillFacts facts) {
    ObjectNode json = Json.object();
    json.put("user", facts.user());
    json.put("at_millis", facts.atMillis());
    json.put("origin", facts.origin());
    return json;
  }

  static ObjectNode write(KillIntent intent) {
    return write(intent.facts()).put("grace_millis", intent.graceMillis());
  }

  /** Intents that were stored before there was a grace have none. */
  static KillIntent readIntent(JsonNode json) {
    return new KillIntent(read(json), json.path("grace_millis").asLong(0));
  }

  static KillFacts read(JsonNode json) {
    return new KillFacts(
        json.required("user").textValue(),
        json.required("at_millis").longValue(),
        json.required("origin").textValue());
  }
}
