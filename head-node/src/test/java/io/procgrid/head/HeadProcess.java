package io.procgrid.head;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A head as an operating-system process. */
final class HeadProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Path dataDir;
  private final Path log;
  private final Process process;

  private HeadProcess(Path dataDir, Path log, Process process) {
    this.dataDir = dataDir;
    this.log = log;
    this.process = process;
  }

  /** Starts it, with REST on any free port unless the options say otherwise. */
  static HeadProcess start(Path dataDir, String... options) throws IOException {
    Path temporary = Files.createDirectories(dataDir.resolve("tmp/head"));
    Path log = Files.createTempFile(dataDir, "head-", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+PerfDisableSharedMem");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(HeadNode.class.getName());
    command.add("--data-dir=" + dataDir);
    command.addAll(List.of(options.length == 0 ? new String[] {"--port=0"} : options));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    return new HeadProcess(dataDir, log, process);
  }

  /** Waits until it serves. */
  HeadFile awaitServing() throws IOException {
    await()
        .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .until(() -> log().contains("serving http") || !process.isAlive());
    return HeadFile.read(dataDir)
        .filter(file -> file.pid() == process.pid())
        .orElseThrow(() -> new AssertionError("the head does not serve: " + log()));
  }

  /** Waits for its end; the exit code, 128 + signal for one that a signal ended. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the head does not end: " + log());
    }
    return process.exitValue();
  }

  void terminate() {
    process.destroy();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    awaitEnd();
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Calls an endpoint; the body of the answer. */
  static String call(HeadFile head, String endpoint, String body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(request(head, endpoint, body), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  /** A call of an endpoint. */
  static HttpRequest request(HeadFile head, String endpoint, String body) {
    return HttpRequest.newBuilder(URI.create(head.url() + endpoint))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
