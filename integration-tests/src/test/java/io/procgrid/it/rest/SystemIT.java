package io.procgrid.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.RestClient;
import io.procgrid.it.RestReply;
import io.procgrid.it.TestCluster;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** /show/system/status and /show/system/properties. */
@ExtendWith(ClusterExtension.class)
class SystemIT {
  private TestCluster cluster;
  private RestClient rest;

  @BeforeEach
  void client(TestCluster shared) {
    cluster = shared;
    rest = shared.rest();
  }

  @Test
  void systemIsRunningInATextOfJson() {
    JsonNode map = rest.call("/show/system/status", Map.of()).path("status_map");
    assertThat(map.path("system").isTextual()).isTrue();
    assertThat(RestReply.parse(map.path("system").asText()).path("status").asText())
        .isEqualTo("running");
  }

  @Test
  void workersAreShownWithNumberIdAddressStateSlotsContainmentAndPendingKills() {
    JsonNode workers = cluster.shownWorkers();
    assertThat(workers).hasSize(2);
    for (int number = 1; number <= 2; number++) {
      JsonNode worker = workers.path(number - 1);
      assertThat(worker.path("number").asInt()).isEqualTo(number);
      assertThat(worker.path("id").asText()).isNotEmpty();
      assertThat(worker.path("address").asText()).startsWith("127.0.0.1:");
      assertThat(worker.path("state").asText()).isEqualTo("up");
      assertThat(worker.path("slots").asInt()).isEqualTo(1);
      assertThat(worker.path("containment").asText())
          .isIn("cgroup", "namespace", "session", "portable");
      assertThat(worker.path("pending_kills").asInt(-1)).isZero();
    }
  }

  @Test
  void propertiesAreWhatTheClientsNeedToConnect() {
    JsonNode map = rest.call("/show/system/properties", Map.of()).path("property_map");
    assertThat(map.path("version.gpudb_core_version").asText())
        .matches("\\d+\\.\\d+\\.\\d+\\.\\d+\\.\\d+");
    assertThat(map.path("conf.number_of_hosts").asText()).isEqualTo("1");
    assertThat(map.path("conf.host0_public_urls").asText())
        .isEqualTo("http://127.0.0.1:" + rest.base().getPort());
    for (String key :
        List.of(
            "conf.enable_worker_http_servers", "conf.enable_ha", "conf.np1.enable_head_failover")) {
      assertThat(map.path(key).asText()).as(key).isEqualTo("FALSE");
    }
  }

  @Test
  void propertiesMayBeFiltered() {
    JsonNode map =
        rest.call(
                "/show/system/properties",
                Map.of("options", Map.of("properties", "conf.enable_ha,conf.number_of_hosts")))
            .path("property_map");
    assertThat(map.propertyStream().map(Map.Entry::getKey))
        .containsExactlyInAnyOrder("conf.enable_ha", "conf.number_of_hosts");
  }

  @Test
  void unknownOptionsAreErrors() {
    for (String endpoint : List.of("/show/system/status", "/show/system/properties")) {
      assertThat(rest.error(endpoint, Map.of("options", Map.of("no_such", "1"))))
          .contains("no_such");
    }
  }
}
