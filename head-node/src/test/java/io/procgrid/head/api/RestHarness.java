package io.procgrid.head.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.head.api.http.RestServer;
import io.procgrid.head.api.http.RestSettings;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.store.ArchivedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A REST server on a free port of loopback, with fakes behind it, and a client before it. */
public final class RestHarness implements AutoCloseable {
  /** The time in this world, ms since 1970. */
  public static final long NOW = 1_700_000_000_000L;

  /** Largest body that the server takes, bytes. */
  public static final int MAX_REQUEST_BYTES = 1 << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  final FakeCore core = new FakeCore();
  final List<ArchivedRun> archive = new CopyOnWriteArrayList<>();
  final Map<String, byte[]> bundles = new ConcurrentHashMap<>();
  final Map<SegmentKey, CompletableFuture<SegmentOutput>> outputs = new ConcurrentHashMap<>();

  /** Called before the archive is read. */
  volatile Runnable beforeRead = () -> {};

  private final BulkWork bulk = new BulkWork(4);

  /** HTTP/1.1, which the clients speak. */
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public final RestServer server;

  private RestHarness() {
    server =
        new RestServer(
            new RestSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                MAX_REQUEST_BYTES,
                ImmutableSet.of("head.example")),
            bulk);
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bound, and not serving yet. */
  public static RestHarness starting() {
    return new RestHarness();
  }

  /** Bound and serving. */
  public static RestHarness serving() {
    RestHarness harness = new RestHarness();
    harness.serve();
    return harness;
  }

  public void serve() {
    server.serve(
        EndpointRegistry.of(
            core,
            selector -> {
              beforeRead.run();
              return ImmutableList.copyOf(archive);
            },
            hash -> Optional.ofNullable(bundles.get(hash)),
            (worker, segment, maxLines) ->
                outputs.getOrDefault(
                    segment, CompletableFuture.failedFuture(new IOException(worker + " is away"))),
            bulk,
            () -> Instant.ofEpochMilli(NOW),
            new ClusterId("the-cluster"),
            "1.2.3"));
  }

  /** As new, for the next test. */
  void reset() {
    core.reset();
    archive.clear();
    bundles.clear();
    outputs.clear();
    beforeRead = () -> {};
  }

  /** An answer. */
  public record Answered(int status, Map<String, List<String>> headers, JsonNode wrapper) {
    public String message() {
      return wrapper.path("message").asText();
    }

    /** The answer itself; the request must have gone well. */
    public JsonNode data() {
      if (status != 200 || !wrapper.path("status").asText().equals("OK")) {
        throw new AssertionError("HTTP %d: %s".formatted(status, wrapper));
      }
      return parse(wrapper.path("data_str").asText());
    }

    /** True for HTTP 400 with the wrapper of an error, every field in place. */
    public boolean isCleanError() {
      return status == 400
          && wrapper.size() == 5
          && wrapper.path("status").asText().equals("ERROR")
          && !message().isEmpty()
          && wrapper.path("data_type").asText().equals("none")
          && wrapper.path("data").asText("x").isEmpty()
          && wrapper.path("data_str").asText("x").isEmpty();
    }
  }

  /** Posts JSON. */
  public Answered post(String path, String body) {
    return send(request(path, body).header("Content-Type", "application/json").build());
  }

  public HttpRequest.Builder request(String path, String body) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
  }

  public Answered send(HttpRequest request) {
    return sendLater(request).join();
  }

  public CompletableFuture<Answered> postLater(String path, String body) {
    return sendLater(request(path, body).header("Content-Type", "application/json").build());
  }

  private CompletableFuture<Answered> sendLater(HttpRequest request) {
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
        .thenApply(answer ->
            new Answered(answer.statusCode(), answer.headers().map(), parse(answer.body())));
  }

  public int port() {
    return server.actualPort();
  }

  public static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + json, e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.close();
    bulk.close();
  }
}
