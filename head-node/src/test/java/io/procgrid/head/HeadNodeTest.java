package io.procgrid.head;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The head as a process: how it starts, and how it ends. */
class HeadNodeTest {
  private static final String PROC =
      "{\"proc_name\":\"p\",\"execution_mode\":\"nondistributed\",\"files\":{\"x\":\"\"},"
          + "\"command\":\"./x\"}";

  @TempDir Path directory;

  @Test
  void orderedStopEndsWithZeroAndLeavesNoAddress() throws Exception {
    try (HeadProcess head = HeadProcess.start(directory)) {
      HeadFile file = head.awaitServing();
      assertThat(directory.resolve("head.pid")).hasContent(Long.toString(file.pid()));
      assertThat(HeadProcess.call(file, "/show/system/status", "{}")).contains("\"OK\"");
      head.terminate();
      assertThat(head.awaitEnd()).isZero();
      assertThat(HeadFile.in(directory)).doesNotExist();
      assertThat(head.log()).contains("stopping in order").doesNotContain("could not");
    }
  }

  @Test
  void longPollDoesNotHoldUpTheStop() throws Exception {
    try (HeadProcess head = HeadProcess.start(directory)) {
      HeadFile file = head.awaitServing();
      HeadProcess.call(file, "/create/proc", PROC);
      HeadProcess.call(file, "/execute/proc", "{\"proc_name\":\"p\"}");
      try (HttpClient client = HttpClient.newHttpClient()) {
        CompletableFuture<HttpResponse<String>> poll =
            client.sendAsync(
                HeadProcess.request(
                    file, "/show/proc/status", "{\"options\":{\"wait_ms\":\"600000\"}}"),
                HttpResponse.BodyHandlers.ofString());
        HeadProcess.call(file, "/show/system/status", "{}");
        assertThat(poll).isNotDone();
        head.terminate();
        assertThat(head.awaitEnd()).isZero();
        assertThat(poll.handle((answer, failure) -> "ended").join()).isEqualTo("ended");
      }
    }
  }

  @Test
  void killedHeadComesBackAtTheSameGrpcPortWithWhatItAcknowledged() throws Exception {
    HeadFile before;
    try (HeadProcess head = HeadProcess.start(directory)) {
      before = head.awaitServing();
      assertThat(HeadProcess.call(before, "/create/proc", PROC)).contains("\"OK\"");
      head.kill();
    }
    Path leftover = Files.createFile(directory.resolve("tmp/head/sqlite-leftover.so"));
    try (HeadProcess head = HeadProcess.start(directory)) {
      HeadFile after = head.awaitServing();
      assertThat(after.grpc()).isEqualTo(before.grpc());
      assertThat(after.clusterId()).isEqualTo(before.clusterId());
      assertThat(HeadProcess.call(after, "/has/proc", "{\"proc_name\":\"p\"}"))
          .contains("\\\"proc_exists\\\":true");
      assertThat(leftover).doesNotExist();
    }
  }

  @Test
  void secondHeadOnTheSameDirectoryIsRefused() throws Exception {
    try (HeadProcess first = HeadProcess.start(directory)) {
      HeadFile file = first.awaitServing();
      try (HeadProcess second = HeadProcess.start(directory)) {
        assertThat(second.awaitEnd()).isEqualTo(1);
        assertThat(second.log()).contains("head.lock is held: a head already runs");
      }
      assertThat(HeadFile.read(directory)).contains(file);
      assertThat(directory.resolve("head.pid")).hasContent(Long.toString(file.pid()));
    }
  }

  @Test
  void takenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        HeadProcess head = HeadProcess.start(directory, "--port=" + taken.getLocalPort())) {
      assertThat(head.awaitEnd()).isEqualTo(1);
      assertThat(head.log())
          .contains("port=%d".formatted(taken.getLocalPort()), "choose another address or port");
      assertThat(HeadFile.in(directory)).doesNotExist();
    }
  }

  @Test
  void settingThatCannotBeUsedEndsWithTwo() throws Exception {
    try (HeadProcess head = HeadProcess.start(directory, "--port=many")) {
      assertThat(head.awaitEnd()).isEqualTo(2);
      assertThat(head.log())
          .isEqualTo("port=many (command line): must be an integer from 0 to 65535\n");
    }
  }
}
