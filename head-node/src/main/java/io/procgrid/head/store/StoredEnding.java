package io.procgrid.head.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Outcome;
import java.sql.SQLDataException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * How a segment's end stands in its column.
 *
 * @param message what status shows
 * @param outcome null when it was never placed
 */
record StoredEnding(String message, @Nullable Outcome outcome) {
  String write() {
    ObjectNode json = Json.object();
    json.put("message", message);
    if (outcome != null) {
      json.set("outcome", write(outcome));
    }
    return Json.print(json);
  }

  static StoredEnding read(String text) throws SQLException {
    JsonNode json = Json.parse(text);
    JsonNode outcome = json.get("outcome");
    return new StoredEnding(
        json.required("message").textValue(), outcome == null ? null : outcome(outcome));
  }

  private static ObjectNode write(Outcome outcome) {
    ObjectNode json = Json.object();
    json.put("kind", outcome.kind().name());
    if (outcome.status() != null) {
      json.set("status", write(outcome.status()));
    }
    json.put("detail", outcome.detail());
    json.put("started_at_millis", outcome.startedAtMillis());
    json.put("ended_at_millis", outcome.endedAtMillis());
    json.put("kill_millis", outcome.killMillis());
    if (outcome.kill() != null) {
      json.set("kill", StoredKill.write(outcome.kill()));
    }
    return json;
  }

  private static Outcome outcome(JsonNode json) throws SQLException {
    JsonNode status = json.get("status");
    JsonNode kill = json.get("kill");
    return new Outcome(
        StoredName.of(Outcome.Kind.class, json.required("kind").textValue()),
        status == null ? null : status(status),
        json.required("detail").textValue(),
        json.required("started_at_millis").longValue(),
        json.required("ended_at_millis").longValue(),
        json.required("kill_millis").longValue(),
        kill == null ? null : StoredKill.read(kill));
  }

  private static ObjectNode write(ExitStatus status) {
    ObjectNode json = Json.object();
    return switch (status) {
      case ExitStatus.Exited(int code) -> json.put("exited", code);
      case ExitStatus.Signalled(int signal) -> json.put("signalled", signal);
      case ExitStatus.Lost(String reason) -> json.put("lost", reason);
    };
  }

  private static ExitStatus status(JsonNode json) throws SQLException {
    if (json.has("exited")) {
      return new ExitStatus.Exited(json.required("exited").intValue());
    }
    if (json.has("signalled")) {
      return new ExitStatus.Signalled(json.required("signalled").intValue());
    }
    if (json.has("lost")) {
      return new ExitStatus.Lost(json.required("lost").textValue());
    }
    throw new SQLDataException("an exit status is none of exited, signalled, lost");
  }
}
