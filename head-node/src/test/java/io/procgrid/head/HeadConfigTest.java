package io.procgrid.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import io.procgrid.common.config.ConfigurationException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadConfigTest {
  private static HeadConfig parse(String... arguments) throws ConfigurationException {
    return HeadConfig.parse(List.of(arguments));
  }

  @Test
  void defaults() throws ConfigurationException {
    assertThat(parse("--data-dir", "/d"))
        .isEqualTo(
            new HeadConfig(
                Path.of("/d"),
                9191,
                "127.0.0.1",
                "127.0.0.1",
                0,
                ImmutableSet.of(),
                67_108_864,
                10_000,
                false));
  }

  @Test
  void everyKey() throws ConfigurationException {
    HeadConfig config =
        parse(
            "--data-dir=/d",
            "--port=1",
            "--listen=0.0.0.0",
            "--grpc-listen=127.0.0.2",
            "--grpc-port=2",
            "--allowed-hosts=a.example, b.example",
            "--max-request-bytes=4096",
            "--cluster-start-wait-ms=0",
            "--insecure");
    assertThat(config)
        .isEqualTo(
            new HeadConfig(
                Path.of("/d"),
                1,
                "0.0.0.0",
                "127.0.0.2",
                2,
                ImmutableSet.of("a.example", "b.example"),
                4096,
                0,
                true));
    assertThat(config.isExposed()).isTrue();
  }

  @Test
  void dataDirIsRequired() {
    assertThatThrownBy(() -> parse()).hasMessageContaining("--data-dir VALUE");
  }

  @Test
  void grpcListensWhereRestDoes() throws ConfigurationException {
    HeadConfig config = parse("--data-dir=/d", "--listen=127.0.0.3");
    assertThat(config.grpcListen()).isEqualTo("127.0.0.3");
    assertThat(config.isExposed()).isFalse();
  }

  @Test
  void otherAddressesAreRefusedUnlessInsecure() {
    assertThatThrownBy(() -> parse("--data-dir=/d", "--listen=0.0.0.0"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("listen=0.0.0.0 (command line):")
        .hasMessageContaining("--insecure");
    assertThatThrownBy(() -> parse("--data-dir=/d", "--grpc-listen=0.0.0.0"))
        .hasMessageStartingWith("grpc-listen=0.0.0.0");
  }

  @Test
  void portsHaveBounds() {
    assertThatThrownBy(() -> parse("--data-dir=/d", "--port=65536"))
        .hasMessage("port=65536 (command line): must be an integer from 0 to 65535");
  }

  @Test
  void unknownKeysAreRefused() {
    assertThatThrownBy(() -> parse("--data-dir=/d", "--grcp-port=1"))
        .hasMessageContaining("unknown; valid are allowed-hosts,");
  }
}
