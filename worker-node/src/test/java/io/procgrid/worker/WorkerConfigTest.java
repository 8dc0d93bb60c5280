package io.procgrid.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.procgrid.common.config.ConfigurationException;
import io.procgrid.worker.process.ContainmentMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerConfigTest {
  @TempDir Path directory;

  private WorkerConfig parse(String... more) throws ConfigurationException {
    List<String> arguments = new ArrayList<>(List.of("--data-dir", directory.toString()));
    arguments.addAll(List.of(more));
    return WorkerConfig.parse(arguments);
  }

  @Test
  void everyDefault() throws Exception {
    assertThat(parse("--head-file", "head.json"))
        .isEqualTo(
            new WorkerConfig(
                directory,
                "worker-1",
                0,
                1,
                InetAddresses.forString("127.0.0.1"),
                "127.0.0.1",
                0,
                Optional.empty(),
                Optional.of(Path.of("head.json")),
                directory.resolve("cluster.secret"),
                ContainmentMode.AUTO,
                false));
  }

  @Test
  void everyKey() throws Exception {
    WorkerConfig config =
        parse(
            "--name=w",
            "--number=3",
            "--slots=4",
            "--listen=0.0.0.0",
            "--advertise=host.example",
            "--grpc-port=5000",
            "--head=10.0.0.1:9192",
            "--secret-file=/etc/secret",
            "--containment=cgroup",
            "--insecure");

    assertThat(config)
        .isEqualTo(
            new WorkerConfig(
                directory,
                "w",
                3,
                4,
                InetAddresses.forString("0.0.0.0"),
                "host.example",
                5000,
                Optional.of(HostAndPort.fromParts("10.0.0.1", 9192)),
                Optional.empty(),
                Path.of("/etc/secret"),
                ContainmentMode.CGROUP,
                true));
    assertThat(WorkerConfig.KEYS)
        .containsExactlyInAnyOrder(
            "data-dir",
            "name",
            "number",
            "slots",
            "listen",
            "advertise",
            "grpc-port",
            "head",
            "head-file",
            "secret-file",
            "containment");
    assertThat(WorkerConfig.FLAGS).containsExactly("insecure");
  }

  @Test
  void listeningWhereOthersReachItNeedsInsecure() {
    assertThatThrownBy(() -> parse("--head=h:1", "--listen=0.0.0.0", "--advertise=x"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("listen=0.0.0.0 (command line)")
        .hasMessageContaining("--insecure");
  }

  @Test
  void listeningOnAllAddressesNeedsAnAddressToAdvertise() {
    assertThatThrownBy(() -> parse("--head=h:1", "--listen=0.0.0.0", "--insecure"))
        .hasMessageContaining("advertise");
  }

  @Test
  void whatCannotBeUsedIsNamedWithItsFix() {
    assertThatThrownBy(() -> parse("--head=h:1", "--slots=0"))
        .hasMessageContaining("slots=0 (command line): must be an integer from 1");
    assertThatThrownBy(() -> parse("--head=h")).hasMessageContaining("HOST:PORT");
    assertThatThrownBy(() -> parse()).hasMessageContaining("--head-file");
    assertThatThrownBy(() -> parse("--head=h:1", "--head-file=f")).hasMessageContaining("either");
    assertThatThrownBy(() -> parse("--head=h:1", "--name=../x")).hasMessageContaining("name=../x");
    assertThatThrownBy(() -> parse("--head=h:1", "--containment=docker"))
        .hasMessageContaining("auto, cgroup, namespace, session, portable");
    assertThatThrownBy(() -> parse("--heads=h:1")).hasMessageContaining("unknown");
    assertThatThrownBy(() -> WorkerConfig.parse(List.of("--data-dir=/nowhere", "--head=h:1")))
        .hasMessageContaining("data-dir=/nowhere");
  }
}
