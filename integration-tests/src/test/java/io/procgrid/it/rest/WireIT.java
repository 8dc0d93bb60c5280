package io.procgrid.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.RawHttp;
import io.procgrid.it.RestClient;
import io.procgrid.it.RestReply;
import io.procgrid.it.TestCluster;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every endpoint: HTTP, the wrapper, content types and strict input. */
@ExtendWith(ClusterExtension.class)
class WireIT {
  private static final String HAS = "/has/proc";
  private static final String HAS_BODY = "{\"proc_name\":\"nobody\",\"options\":{}}";
  private static final Map<String, String> JSON = Map.of("Content-Type", RestClient.JSON_TYPE);

  private RestClient rest;

  @BeforeEach
  void client(TestCluster cluster) {
    rest = cluster.rest();
  }

  @Test
  void answerIsWrappedAndItsContentIsJsonInAString() {
    RestReply reply = rest.post(HAS, HAS_BODY);

    assertThat(reply.status()).isEqualTo(200);
    JsonNode wrapper = reply.wrapper();
    List<String> fields = new ArrayList<>();
    wrapper.fieldNames().forEachRemaining(fields::add);
    assertThat(fields).containsExactly("status", "message", "data_type", "data", "data_str");
    assertThat(wrapper.path("status").asText()).isEqualTo("OK");
    assertThat(wrapper.path("message").asText("?")).isEmpty();
    assertThat(wrapper.path("data_type").asText()).isEqualTo("has_proc_response");
    assertThat(wrapper.path("data").asText("?")).isEmpty();
    assertThat(wrapper.path("data_str").isTextual()).isTrue();
    assertThat(reply.data().path("proc_exists").isBoolean()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/show/proc",
        "/show/proc/status",
        "/show/system/status",
        "/show/system/properties",
        "/kill/proc"
      })
  void dataTypeNamesTheEndpoint(String endpoint) {
    assertThat(rest.post(endpoint, "{}").wrapper().path("data_type").asText())
        .isEqualTo(endpoint.substring(1).replace('/', '_') + "_response");
  }

  @Test
  void errorOfACallerIsStatus400WithTheErrorWrapper() {
    assertThat(rest.post("/delete/proc", "{\"proc_name\":\"nobody\"}").error(400))
        .contains("nobody");
  }

  @Test
  void answersAreJsonNeverTextAndTellTheirTime() {
    for (RestReply reply :
        List.of(rest.post(HAS, HAS_BODY), rest.post(HAS, "{"), rest.post("/no/such", "{}"))) {
      assertThat(reply.header("content-type").orElse("")).startsWith("application/json");
      assertThat(new BigDecimal(reply.header("x-request-time-secs").orElse("none")))
          .isNotNegative();
    }
  }

  @Test
  void unknownEndpointIs404WithTheErrorWrapper() {
    assertThat(rest.post("/no/such/endpoint", "{}").error(404)).contains("/no/such/endpoint");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE"})
  void otherMethodsAre405WithTheErrorWrapper(String method) {
    assertThat(rest.send(method, HAS, BodyPublishers.noBody(), Map.of()).error(405))
        .contains("POST");
  }

  @Test
  void bodyAboveTheLimitIs413WithTheErrorWrapper() {
    byte[] body = new byte[64 * 1024 * 1024 + 1];
    assertThat(rest.send("POST", HAS, BodyPublishers.ofByteArray(body), JSON).error(413))
        .contains("67108864");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "text/json",
        "application/xml",
        "application/octet-stream",
        "application/x-snappy"
      })
  void otherContentTypesAre400AndNameTheRightOne(String type) {
    RestReply reply =
        rest.send("POST", HAS, BodyPublishers.ofString(HAS_BODY), Map.of("Content-Type", type));
    assertThat(reply.error(400)).contains(RestClient.JSON_TYPE);
  }

  @Test
  void missingContentTypeIs400AndNamesTheRightOne() {
    assertThat(rest.send("POST", HAS, BodyPublishers.ofString(HAS_BODY), Map.of()).error(400))
        .contains(RestClient.JSON_TYPE);
  }

  @Test
  void parametersOfTheContentTypeAreAccepted() {
    assertThat(
            rest.send(
                    "POST",
                    HAS,
                    BodyPublishers.ofString(HAS_BODY),
                    Map.of("Content-Type", "application/json; charset=utf-8"))
                .status())
        .isEqualTo(200);
  }

  @Test
  void foreignOriginIsRefused() {
    RestReply reply =
        rest.send(
            "POST",
            "/kill/proc",
            BodyPublishers.ofString("{}"),
            Map.of("Content-Type", RestClient.JSON_TYPE, "Origin", "http://evil.example"));
    assertThat(reply.error(400)).contains("http://evil.example");
  }

  @Test
  void foreignHostIsRefused() throws Exception {
    assertThat(RawHttp.post(rest.base(), "/kill/proc", "evil.example", "{}"))
        .startsWith("HTTP/1.1 400")
        .contains("evil.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "[::1]"})
  void loopbackHostIsAccepted(String host) throws Exception {
    String authority = host + ":" + rest.base().getPort();
    assertThat(RawHttp.post(rest.base(), HAS, authority, HAS_BODY)).startsWith("HTTP/1.1 200");
  }

  @Test
  void clusterPrefixIsStripped() {
    assertThat(rest.post("/gpudb-0" + HAS, HAS_BODY).data().path("proc_exists").asBoolean(true))
        .isFalse();
  }

  @Test
  void chunkedBodyIsRead() {
    byte[] body = HAS_BODY.getBytes(StandardCharsets.UTF_8);
    RestReply reply =
        rest.send(
            "POST", HAS, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)), JSON);
    assertThat(reply.data().path("proc_name").asText()).isEqualTo("nobody");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "{",
        "[]",
        "null",
        "7",
        "\"text\"",
        "{} {}",
        "{}x",
        "{'proc_name':'x'}",
        "{\"proc_name\":\"x\",}",
        "\u0000"
      })
  void bodyThatIsNoJsonObjectIsAnError(String body) {
    rest.post("/show/proc", body).error(400);
  }

  @Test
  void deeplyNestedJsonIsAnError() {
    rest.post("/show/proc", "{\"options\":" + "[".repeat(100_000)).error(400);
  }

  @Test
  void unknownFieldIsNamedWithTheValidOnes() {
    assertThat(rest.post("/show/proc", "{\"procname\":\"x\"}").error(400))
        .contains("procname", "proc_name", "options");
  }

  @Test
  void unknownOptionIsNamedWithTheValidOnes() {
    assertThat(rest.post("/kill/proc", "{\"options\":{\"run_tgs\":\"x\"}}").error(400))
        .contains("run_tgs", "run_tag", "dry_run");
  }

  @Test
  void duplicateKeysAreAnError() {
    assertThat(rest.post(HAS, "{\"proc_name\":\"a\",\"proc_name\":\"b\"}").error(400))
        .contains("proc_name");
    assertThat(
            rest.post("/kill/proc", "{\"options\":{\"run_tag\":\"a\",\"run_tag\":\"b\"}}")
                .error(400))
        .contains("run_tag");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"run_id\":null}",
        "{\"run_id\":[\"1\"]}",
        "{\"run_id\":{}}",
        "{\"run_id\":1.5}",
        "{\"run_id\":true}"
      })
  void wrongTypeIsAnErrorThatNamesTheKey(String body) {
    assertThat(rest.post("/kill/proc", body).error(400)).contains("run_id");
  }

  @Test
  void nullAndWrongTypesInsideOptionsAreErrors() {
    for (String value : List.of("null", "[]", "{}", "0.5")) {
      assertThat(rest.post("/kill/proc", "{\"options\":{\"run_tag\":" + value + "}}").error(400))
          .contains("run_tag");
    }
    assertThat(rest.post("/kill/proc", "{\"options\":[]}").error(400)).contains("options");
    assertThat(rest.post("/kill/proc", "{\"options\":null}").error(400)).contains("options");
  }

  @Test
  void jsonBooleanAsOptionIsAnErrorThatShowsTheText() {
    assertThat(rest.post("/kill/proc", "{\"options\":{\"dry_run\":true}}").error(400))
        .contains("dry_run", "\"true\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"maybe", "TRUE ", "1", "yes", ""})
  void badBooleanTextIsAnError(String value) {
    assertThat(rest.error("/kill/proc", Map.of("options", Map.of("dry_run", value))))
        .contains("dry_run", "true", "false");
  }

  @Test
  void integralNumbersCountAsTexts() {
    assertThat(rest.post("/kill/proc", "{\"run_id\": 424242}").data().path("run_ids")).isEmpty();
    assertThat(rest.post(HAS, "{\"proc_name\": 7}").data().path("proc_name").asText())
        .isEqualTo("7");
    rest.post("/show/proc/status", "{\"options\":{\"run_tag\": 7, \"wait_ms\": 0}}").data();
  }

  @Test
  void missingFieldsTakeTheirDefaults() {
    assertThat(rest.post("/show/proc", "{}").data().path("proc_names").isArray()).isTrue();
    assertThat(rest.post("/show/proc/status", "{}").data().path("overall_statuses").isObject())
        .isTrue();
  }
}
