package io.procgrid.head.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Grace;
import io.procgrid.head.core.ProcDefinition;
import java.sql.SQLDataException;
import java.sql.SQLException;

/** How a {@link ProcDefinition} stands in its column. */
final class StoredProc {
  private StoredProc() {}

  static String write(ProcDefinition proc) {
    ObjectNode json = Json.object();
    json.put("name", proc.name());
    json.put("mode", proc.mode().wireName());
    json.put("bundle_hash", proc.bundleHash());
    json.put("command", proc.command());
    json.set("arguments", Json.list(proc.arguments()));
    json.set("options", Json.map(proc.options()));
    json.put("max_concurrency_per_node", proc.maxConcurrencyPerNode());
    json.put("wait_for_tree", proc.waitForTree());
    json.set("environment", Json.map(proc.environment()));
    json.put("kill_signal", proc.killGrace().signal());
    json.put("kill_grace_millis", proc.killGrace().millis());
    return Json.print(json);
  }

  static ProcDefinition read(String text) throws SQLException {
    JsonNode json = Json.parse(text);
    String mode = json.required("mode").textValue();
    return new ProcDefinition(
        json.required("name").textValue(),
        ExecutionMode.ofWireName(mode)
            .orElseThrow(() -> new SQLDataException("no execution mode is named " + mode)),
        json.required("bundle_hash").textValue(),
        json.required("command").textValue(),
        Json.list(json.required("arguments")),
        Json.map(json.required("options")),
        json.required("max_concurrency_per_node").intValue(),
        json.required("wait_for_tree").booleanValue(),
        Json.map(json.required("environment")),
        // Absent from what was stored before procs had a choice.
        new Grace(
            json.path("kill_signal").asInt(Grace.NONE.signal()),
            json.path("kill_grace_millis").asLong(0)));
  }
}
