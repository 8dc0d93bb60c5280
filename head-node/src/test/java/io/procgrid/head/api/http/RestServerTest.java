package io.procgrid.head.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableSet;
import io.procgrid.head.api.BulkWork;
import io.procgrid.head.api.RestHarness;
import io.procgrid.head.api.RestHarness.Answered;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestServerTest {
  private static final RestHarness REST = RestHarness.serving();

  @AfterAll
  static void stop() {
    REST.close();
  }

  /** Sends an HTTP request as text, and reads the answer: headers, then the content. */
  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), REST.port())) {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      StringBuilder headers = new StringBuilder();
      while (headers.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        assertThat(next).as("after %s", headers).isNotNegative();
        headers.append((char) next);
      }
      Matcher length =
          Pattern.compile("content-length: ([0-9]+)", Pattern.CASE_INSENSITIVE).matcher(headers);
      assertThat(length.find()).as("length in %s", headers).isTrue();
      byte[] content = in.readNBytes(Integer.parseInt(length.group(1)));
      return headers + new String(content, UTF_8);
    }
  }

  private static String rawPost(String host, String moreHeaders) throws IOException {
    return raw(
        "POST /has/proc HTTP/1.1\r\nHost: %s\r\n%sContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"proc_name\":\"p\"}"
            .formatted(host, moreHeaders));
  }

  private static JsonNode wrapperOf(String answer) {
    return RestHarness.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4));
  }

  private static void assertErrorWrapper(JsonNode wrapper) {
    assertThat(wrapper.toString())
        .startsWith("{\"status\":\"ERROR\",\"message\":\"")
        .endsWith(",\"data_type\":\"none\",\"data\":\"\",\"data_str\":\"\"}");
    assertThat(wrapper.path("message").asText()).isNotEmpty();
  }

  @Test
  void everyAnswerIsJsonAndSaysHowLongItTook() {
    for (Answered answered :
        new Answered[] {
          REST.post("/has/proc", "{\"proc_name\":\"p\"}"),
          REST.post("/has/proc", "{"),
          REST.post("/x", "{}")
        }) {
      assertThat(answered.headers().get("content-type")).containsExactly("application/json");
      assertThat(answered.headers().get("x-request-time-secs"))
          .singleElement()
          .satisfies(seconds -> assertThat(Double.parseDouble(seconds)).isNotNegative());
    }
  }

  @Test
  void optionalPrefixOfTheClientsIsStripped() {
    assertThat(REST.post("/gpudb-0/has/proc", "{\"proc_name\":\"p\"}").status()).isEqualTo(200);
    assertThat(REST.post("/gpudb-1/has/proc", "{\"proc_name\":\"p\"}").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/kill", "/kill/proc/", "/show/proc/x", "/grant/permission"})
  void unknownEndpointIsNotFound(String path) {
    Answered answered = REST.post(path, "{}");

    assertThat(answered.status()).isEqualTo(404);
    assertErrorWrapper(answered.wrapper());
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS"})
  void otherMethodsAreNotAllowed(String method) {
    Answered answered =
        REST.send(
            REST.request("/kill/proc", "")
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());

    assertThat(answered.status()).isEqualTo(405);
    assertThat(answered.headers().get("allow")).containsExactly("POST");
    assertErrorWrapper(answered.wrapper());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/octet-stream", "application/x-snappy", "text/plain", "nonsense"})
  void otherFormatsAreRefusedByTheNameOfTheRightOne(String contentType) {
    Answered answered =
        REST.send(REST.request("/kill/proc", "{}").header("Content-Type", contentType).build());

    assertThat(answered.isCleanError()).isTrue();
    assertThat(answered.message()).contains("application/json");
  }

  @Test
  void missingContentTypeIsRefused() {
    Answered answered = REST.send(REST.request("/kill/proc", "{}").build());

    assertThat(answered.isCleanError()).isTrue();
    assertThat(answered.message()).contains("application/json");
  }

  @Test
  void emptyBodyIsMalformed() {
    assertThat(REST.post("/kill/proc", "").message()).startsWith("malformed JSON");
  }

  @Test
  void bodyInChunksWithoutALengthIsTaken() {
    HttpRequest chunked =
        REST.request("/has/proc", "")
            .POST(
                HttpRequest.BodyPublishers.ofInputStream(
                    () -> new ByteArrayInputStream("{\"proc_name\":\"p\"}".getBytes(ISO_8859_1))))
            .header("Content-Type", "application/json")
            .build();

    assertThat(REST.send(chunked).status()).isEqualTo(200);
  }

  @Test
  void bodyBelowTheLimitIsTaken() {
    String most = " ".repeat(RestHarness.MAX_REQUEST_BYTES - 2);

    assertThat(REST.post("/show/system/properties", "{" + most + "}").status()).isEqualTo(200);
  }

  @Test
  void bodyAboveTheLimitIsRefusedWhateverItsFraming() {
    byte[] body = new byte[RestHarness.MAX_REQUEST_BYTES + 1];
    Answered sized = REST.post("/create/proc", new String(body, ISO_8859_1));
    Answered chunked =
        REST.send(
            REST.request("/create/proc", "")
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .header("Content-Type", "application/json")
                .build());

    for (Answered answered : new Answered[] {sized, chunked}) {
      assertThat(answered.status()).isEqualTo(413);
      assertErrorWrapper(answered.wrapper());
      assertThat(answered.message()).contains(Integer.toString(RestHarness.MAX_REQUEST_BYTES));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.0.0.1:9191",
        "localhost:1",
        "LOCALHOST",
        "[::1]:9191",
        "127.9.9.9",
        "Head.Example:80"
      })
  void ownNamesAreAnswered(String host) throws IOException {
    assertThat(rawPost(host, "")).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "localhost.evil.example",
        "10.1.2.3",
        "0.0.0.0",
        "127.0.0.1.evil.example"
      })
  void foreignHostsAreRefused(String host) throws IOException {
    String answer = rawPost(host, "");

    assertThat(answer).startsWith("HTTP/1.1 400");
    assertErrorWrapper(wrapperOf(answer));
    assertThat(wrapperOf(answer).path("message").asText()).contains("Host").contains(host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example", "null", "http://127.0.0.1:1", "file://"})
  void foreignOriginsAreRefused(String origin) throws IOException {
    String answer = rawPost("127.0.0.1:9191", "Origin: " + origin + "\r\n");

    assertThat(answer).startsWith("HTTP/1.1 400");
    assertErrorWrapper(wrapperOf(answer));
    assertThat(wrapperOf(answer).path("message").asText()).contains("Origin").contains(origin);
  }

  @Test
  void ownOriginIsAnswered() throws IOException {
    assertThat(rawPost("127.0.0.1:9191", "Origin: http://127.0.0.1:9191\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void brokenHttpIsAnsweredWithTheWrapperToo() throws IOException {
    String answer = raw("POST /kill/proc HTTP/1.1\r\nContent-Length: x\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("text/plain");
    assertErrorWrapper(wrapperOf(answer));
  }

  @Test
  void http2IsSpokenToo() {
    HttpRequest request =
        REST.request("/has/proc", "{\"proc_name\":\"p\"}")
            .header("Content-Type", "application/json")
            .version(HttpClient.Version.HTTP_2)
            .build();

    assertThat(REST.send(request).status()).isEqualTo(200);
  }

  @Test
  void headThatStartsOrStopsSaysSo() {
    try (RestHarness rest = RestHarness.starting()) {
      Answered starting = rest.post("/has/proc", "{\"proc_name\":\"p\"}");
      rest.serve();
      Answered serving = rest.post("/has/proc", "{\"proc_name\":\"p\"}");
      rest.server.refuseNew();
      Answered stopping = rest.post("/has/proc", "{\"proc_name\":\"p\"}");

      assertThat(starting.status()).isEqualTo(503);
      assertErrorWrapper(starting.wrapper());
      assertThat(starting.message()).contains("starting");
      assertThat(serving.status()).isEqualTo(200);
      assertThat(stopping.status()).isEqualTo(503);
      assertErrorWrapper(stopping.wrapper());
      assertThat(stopping.message()).contains("stopping");
    }
  }

  @Test
  void portThatIsTakenIsNamed() {
    InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), REST.port());
    try (BulkWork bulk = new BulkWork(1);
        RestServer second = new RestServer(new RestSettings(taken, 1, ImmutableSet.of()), bulk)) {
      assertThatThrownBy(second::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(Integer.toString(REST.port()))
          .hasMessageContaining("choose another");
    }
  }
}
