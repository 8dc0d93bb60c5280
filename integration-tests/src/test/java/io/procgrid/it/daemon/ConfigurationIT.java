package io.procgrid.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.Daemon;
import io.procgrid.it.DaemonCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that cannot be: one line that says key, value and fix, and exit code 2. */
class ConfigurationIT {
  @TempDir Path folder;

  private Daemon head(String... arguments) {
    return new Daemon(
        "head", DaemonCommand.head(folder, List.of(arguments)), folder.resolve("log"));
  }

  private Daemon worker(String... arguments) {
    return new Daemon(
        "worker", DaemonCommand.worker(folder, List.of(arguments)), folder.resolve("log"));
  }

  private static void assertRefused(Daemon daemon, String... mentioned) {
    daemon.start();
    int code = daemon.awaitExit();
    assertThat(code).as(daemon.log()).isEqualTo(2);
    assertThat(daemon.log().lines()).as(daemon.log()).hasSize(1);
    assertThat(daemon.log()).contains(mentioned);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--port many",
        "--port 70000",
        "--port -1",
        "--max-request-bytes lots",
        "--cluster-start-wait-ms -1",
        "--listen 0.0.0.0",
        "--prot 9191"
      })
  void badSettingOfTheHeadIsNamed(String setting) {
    String[] parts = setting.split(" ");
    assertRefused(head("--data-dir", folder.toString(), parts[0], parts[1]), parts[0].substring(2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--slots none",
        "--slots 0",
        "--number -1",
        "--listen 0.0.0.0",
        "--containment jail",
        "--slot 1"
      })
  void badSettingOfAWorkerIsNamed(String setting) {
    String[] parts = setting.split(" ");
    assertRefused(
        worker(
            "--data-dir",
            folder.toString(),
            "--name",
            "worker-1",
            "--head",
            "127.0.0.1:1",
            parts[0],
            parts[1]),
        parts[0].substring(2));
  }

  @Test
  void missingDataDirIsNamed() {
    assertRefused(head("--port", "0"), "data-dir");
    assertRefused(
        new Daemon(
            "worker",
            DaemonCommand.worker(folder, List.of("--head", "127.0.0.1:1")),
            folder.resolve("log of worker")),
        "data-dir");
  }

  @Test
  void badSettingInAFileIsNamedWithTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("head.properties"), "port = many\n");
    assertRefused(
        head("--data-dir", folder.toString(), "--config", file.toString()),
        "port",
        "many",
        file.toString());
  }

  @Test
  void portThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<String> arguments = new ArrayList<>(List.of("--data-dir", folder.toString()));
      arguments.addAll(List.of("--port", Integer.toString(taken.getLocalPort())));
      Daemon head = head(arguments.toArray(String[]::new));
      head.start();
      assertThat(head.awaitExit()).isIn(1, 2);
      assertThat(head.log()).contains("port", Integer.toString(taken.getLocalPort()));
    }
  }
}
