package io.procgrid.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Posts JSON to a head. Threads may share it. */
public final class RestClient {
  /** The HTTP content type of the JSON wire format. */
  public static final String JSON_TYPE = "application/json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  public RestClient(URI base) {
    this.base = base;
  }

  /** Where the head listens. */
  public URI base() {
    return base;
  }

  /** The answer's content; fails unless the head says OK. */
  public JsonNode call(String endpoint, Map<String, ?> request) {
    return post(endpoint, request).data();
  }

  /** The message of the ERROR that the request must get, with HTTP status 400. */
  public String error(String endpoint, Map<String, ?> request) {
    return post(endpoint, request).error(400);
  }

  /** Posts a request as JSON. */
  public RestReply post(String endpoint, Map<String, ?> request) {
    return post(endpoint, toJson(request));
  }

  /** Posts a body that may be anything. */
  public RestReply post(String endpoint, String body) {
    return send("POST", endpoint, BodyPublishers.ofString(body), Map.of("Content-Type", JSON_TYPE));
  }

  /** Sends any request. */
  public RestReply send(
      String method, String endpoint, BodyPublisher body, Map<String, String> headers) {
    try {
      return sendOrThrow(method, endpoint, body, headers);
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + endpoint, e);
    }
  }

  /** As {@link #post(String, Map)} for tests in which the head may go away meanwhile. */
  public RestReply postOrThrow(String endpoint, Map<String, ?> request) throws IOException {
    return sendOrThrow(
        "POST",
        endpoint,
        BodyPublishers.ofString(toJson(request)),
        Map.of("Content-Type", JSON_TYPE));
  }

  /** The JSON text of a value made of maps, lists, texts and numbers. */
  public static String toJson(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON for " + value, e);
    }
  }

  private RestReply sendOrThrow(
      String method, String endpoint, BodyPublisher body, Map<String, String> headers)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(endpoint))
            .timeout(Waiting.LONGEST.plusSeconds(30))
            .method(method, body);
    headers.forEach(request::header);
    try {
      var response = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
      return new RestReply(response.statusCode(), response.headers().map(), response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
