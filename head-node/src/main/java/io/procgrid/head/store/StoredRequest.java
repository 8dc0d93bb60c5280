package io.procgrid.head.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.procgrid.head.core.RunRequest;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Map;

/** How a {@link RunRequest} stands in its column: bytes in base64, the order of maps kept. */
final class StoredRequest {
  private StoredRequest() {}

  static String write(RunRequest request) {
    ObjectNode json = Json.object();
    json.put("proc_name", request.procName());
    json.set("params", Json.map(request.params()));
    json.set("bin_params", binary(request.binParams()));
    json.set("input_table_names", Json.list(request.inputTableNames()));
    json.set("input_column_names", lists(request.inputColumnNames()));
    json.set("output_table_names", Json.list(request.outputTableNames()));
    json.set("options", Json.map(request.options()));
    json.put("run_tag", request.runTag());
    json.put("max_output_lines", request.maxOutputLines());
    json.put("execute_at_startup", request.executeAtStartup());
    return Json.print(json);
  }

  static RunRequest read(String text) throws SQLException {
    JsonNode json = Json.parse(text);
    return new RunRequest(
        json.required("proc_name").textValue(),
        Json.map(json.required("params")),
        binary(json.required("bin_params")),
        Json.list(json.required("input_table_names")),
        lists(json.required("input_column_names")),
        Json.list(json.required("output_table_names")),
        Json.map(json.required("options")),
        json.required("run_tag").textValue(),
        json.required("max_output_lines").intValue(),
        json.required("execute_at_startup").booleanValue());
  }

  private static ObjectNode binary(Map<String, ByteString> values) {
    ObjectNode object = Json.object();
    values.forEach(
        (name, bytes) -> object.put(name, Base64.getEncoder().encodeToString(bytes.toByteArray())));
    return object;
  }

  private static ImmutableMap<String, ByteString> binary(JsonNode object) {
    ImmutableMap.Builder<String, ByteString> values = ImmutableMap.builder();
    object.forEachEntry((name, text) ->
        values.put(name, ByteString.copyFrom(Base64.getDecoder().decode(text.textValue()))));
    return values.buildOrThrow();
  }

  private static ObjectNode lists(Map<String, ImmutableList<String>> values) {
    ObjectNode object = Json.object();
    values.forEach((name, list) -> object.set(name, Json.list(list)));
    return object;
  }

  private static ImmutableMap<String, ImmutableList<String>> lists(JsonNode object) {
    ImmutableMap.Builder<String, ImmutableList<String>> values = ImmutableMap.builder();
    object.forEachEntry((name, list) -> values.put(name, Json.list(list)));
    return values.buildOrThrow();
  }
}
