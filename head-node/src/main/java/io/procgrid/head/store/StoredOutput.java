package io.procgrid.head.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.head.core.SegmentOutput;
import java.sql.SQLException;

/** How a {@link SegmentOutput} stands in its column. */
final class StoredOutput {
  private StoredOutput() {}

  static String write(SegmentOutput output) {
    ObjectNode json = Json.object();
    json.set("stdout", Json.list(output.stdout()));
    json.set("stderr", Json.list(output.stderr()));
    return Json.print(json);
  }

  static SegmentOutput read(String text) throws SQLException {
    JsonNode json = Json.parse(text);
    return new SegmentOutput(
        Json.list(json.required("stdout")), Json.list(json.required("stderr")));
  }
}
