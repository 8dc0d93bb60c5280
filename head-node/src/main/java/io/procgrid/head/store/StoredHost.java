package io.procgrid.head.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.common.run.HostFacts;
import java.sql.SQLException;

/** How {@link HostFacts} stand in their column. */
final class StoredHost {
  private StoredHost() {}

  static String write(HostFacts host) {
    ObjectNode json = Json.object();
    json.put("host_name", host.hostName());
    json.put("system", host.system());
    json.put("machine_id", host.machineId());
    json.put("product_uuid", host.productUuid());
    json.put("boot_id", host.bootId());
    return Json.print(json);
  }

  static HostFacts read(String text) throws SQLException {
    JsonNode json = Json.parse(text);
    return new HostFacts(
        json.required("host_name").textValue(),
        json.required("system").textValue(),
        json.required("machine_id").textValue(),
        json.required("product_uuid").textValue(),
        json.required("boot_id").textValue());
  }
}
