package io.procgrid.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP answer of the head.
 *
 * @param status HTTP status
 * @param headers by name in lower case
 */
public record RestReply(int status, Map<String, List<String>> headers, String body) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The wrapper's record; fails when the body is none. */
  public JsonNode wrapper() {
    return parse(body);
  }

  /** The first value of a header; the name in lower case. */
  public Optional<String> header(String name) {
    return headers.getOrDefault(name, List.of()).stream().findFirst();
  }

  /** The answer inside the wrapper; fails unless it says OK. */
  public JsonNode data() {
    JsonNode wrapper = wrapper();
    assertThat(wrapper.path("status").asText())
        .as("HTTP %d: %s", status, wrapper.path("message").asText())
        .isEqualTo("OK");
    return parse(wrapper.path("data_str").asText());
  }

  /** The message of an ERROR with this HTTP status, the wrapper checked in full. */
  public String error(int expectedStatus) {
    assertThat(status).as("HTTP status of %s", body).isEqualTo(expectedStatus);
    JsonNode wrapper = wrapper();
    assertThat(wrapper.path("status").asText()).as(body).isEqualTo("ERROR");
    assertThat(wrapper.path("data_type").asText()).isEqualTo("none");
    assertThat(wrapper.path("data").asText("?")).isEmpty();
    assertThat(wrapper.path("data_str").asText("?")).isEmpty();
    String message = wrapper.path("message").asText();
    assertThat(message)
        .isNotBlank()
        .doesNotContainIgnoringCase("Kinetica is exiting")
        .doesNotContainIgnoringCase("Connection refused")
        .doesNotContainIgnoringCase("Connection reset")
        .doesNotContainIgnoringCase("Query planner is not running");
    return message;
  }

  /** Parses JSON; fails when it is none. */
  public static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }
}
