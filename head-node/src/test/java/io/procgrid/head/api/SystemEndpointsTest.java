package io.procgrid.head.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.HostFacts;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.WorkerRecord;
import io.procgrid.head.core.WorkerStanding;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SystemEndpointsTest {
  private static final RestHarness REST = RestHarness.serving();

  @BeforeEach
  void reset() {
    REST.reset();
  }

  @AfterAll
  static void stop() {
    REST.close();
  }

  @Test
  void statusSaysRunningAsAStringOfJson() {
    JsonNode map = REST.post("/show/system/status", "{\"options\":{}}").data().path("status_map");

    assertThat(map.path("system").asText()).isEqualTo("{\"status\":\"running\"}");
    assertThat(map.path("workers").asText()).isEqualTo("[]");
    assertThat(map.path("version").asText()).isEqualTo("1.2.3");
    assertThat(map.path("cluster_id").asText()).isEqualTo("the-cluster");
  }

  @Test
  void statusListsTheWorkers() {
    WorkerRecord worker =
        new WorkerRecord(
            2,
            new WorkerIdentity("w-id"),
            new WorkerInstance("w-instance"),
            "127.0.0.1:4711",
            3,
            new HostFacts("h", "", "", "", ""),
            "cgroup",
            WorkerStanding.MEMBER,
            ImmutableList.of());
    REST.core.workers = ImmutableList.of(new Answer.WorkerView(worker, "up", 4));

    String workers =
        REST.post("/show/system/status", "{}").data().at("/status_map/workers").asText();
    assertThat(RestHarness.parse(workers))
        .isEqualTo(
            RestHarness.parse(
                """
                [{"number": 2, "id": "w-id", "address": "127.0.0.1:4711", "state": "up", "slots": 3,
                  "containment": "cgroup", "pending_kills": 4}]
                """));
  }

  @Test
  void propertiesHoldWhatTheClientsNeedToConnect() {
    JsonNode map = REST.post("/show/system/properties", "{}").data().path("property_map");

    List<String> version =
        Splitter.on('.').splitToList(map.path("version.gpudb_core_version").asText());
    assertThat(version).hasSize(5).startsWith("7", "2");
    assertThat(Long.parseLong(version.getLast())).isPositive();
    assertThat(map.path("conf.number_of_hosts").asText()).isEqualTo("1");
    assertThat(map.path("conf.host0_public_urls").asText())
        .isEqualTo("http://127.0.0.1:" + REST.port());
    assertThat(map.path("conf.enable_worker_http_servers").asText()).isEqualTo("FALSE");
    assertThat(map.path("conf.enable_ha").asText()).isEqualTo("FALSE");
    assertThat(map.path("conf.np1.enable_head_failover").asText()).isEqualTo("FALSE");
  }

  @Test
  void propertiesCanBeNarrowed() {
    assertThat(
            REST.post(
                    "/show/system/properties",
                    "{\"options\":{\"properties\":\"conf.enable_ha, no.such,conf.number_of_hosts\"}}")
                .data()
                .path("property_map")
                .toString())
        .isEqualTo("{\"conf.number_of_hosts\":\"1\",\"conf.enable_ha\":\"FALSE\"}");
  }
}
