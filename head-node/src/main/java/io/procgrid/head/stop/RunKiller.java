package io.procgrid.head.stop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.procgrid.head.HeadFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Asks the head of a data directory to kill every run. */
final class RunKiller {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the head may need beyond its own answer time-out. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private final Path dataDir;
  private final Appendable out;

  RunKiller(Path dataDir, Appendable out) {
    this.dataDir = dataDir;
    this.out = out;
  }

  /**
   * Lets each run end in the way its proc asked for, and at once when the patience is over.
   *
   * @return what is not proven dead, one line each
   */
  List<String> kill(Duration patience) throws IOException, InterruptedException {
    HeadFile head =
        HeadFile.read(dataDir)
            .orElseThrow(() ->
                new IOException(
                    "%s is not there: no head runs on this data directory"
                        .formatted(HeadFile.in(dataDir))));
    String url = head.url() + "/kill/proc";
    Set<String> killed = new LinkedHashSet<>();
    List<String> survivors = kill(url, patience, JSON.createObjectNode(), killed);
    if (!survivors.isEmpty()) {
      ObjectNode atOnce = JSON.createObjectNode().put("grace_period_ms", "0");
      survivors = kill(url, patience, atOnce, killed);
    }
    out.append("killed %d run(s) %s%n".formatted(killed.size(), String.join(", ", killed)));
    return survivors;
  }

  private static List<String> kill(
      String url, Duration patience, ObjectNode options, Set<String> killed)
      throws IOException, InterruptedException {
    JsonNode answer = post(url, patience, options);
    answer.path("run_ids").forEach(run -> killed.add(run.asText()));
    return pending(answer.path("info"));
  }

  private static List<String> pending(JsonNode info) throws IOException {
    List<String> survivors = new ArrayList<>();
    JsonNode reasons = JSON.readTree(info.path("pending_reason").asText("{}"));
    for (String run : info.path("pending_run_ids").asText().split(",")) {
      if (!run.isBlank()) {
        survivors.add("run %s: %s".formatted(run.strip(), reasons.path(run.strip()).asText()));
      }
    }
    return survivors;
  }

  private static JsonNode post(String url, Duration patience, ObjectNode options)
      throws IOException, InterruptedException {
    options.put("answer_timeout_ms", Long.toString(patience.toMillis()));
    String body = JSON.createObjectNode().set("options", options).toString();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .timeout(patience.plus(MARGIN))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      JsonNode wrapper = JSON.readTree(response.body());
      if (!wrapper.path("status").asText().equals("OK")) {
        throw new IOException("%s: %s".formatted(url, wrapper.path("message").asText()));
      }
      return JSON.readTree(wrapper.path("data_str").asText());
    }
  }
}
