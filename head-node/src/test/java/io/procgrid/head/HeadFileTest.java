package io.procgrid.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadFileTest {
  @TempDir Path directory;

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    HeadFile file = new HeadFile(7, "http://127.0.0.1:9191", 9191, "127.0.0.1:4000", "c");
    file.write(directory);
    assertThat(HeadFile.read(directory)).contains(file);
    assertThat(file.grpcPort()).hasValue(4000);
  }

  @Test
  void noFileMeansNoHead() throws IOException {
    assertThat(HeadFile.read(directory)).isEmpty();
  }

  @Test
  void fileWithoutAddressesIsNamed() throws IOException {
    Files.writeString(directory.resolve("head.json"), "{}");
    assertThatThrownBy(() -> HeadFile.read(directory)).hasMessageContaining("head.json");
  }

  @Test
  void wildcardAddressIsReachedByTheLoopback() throws IOException {
    assertThat(HeadFile.reachable("0.0.0.0", 1)).isEqualTo("127.0.0.1:1");
    assertThat(HeadFile.reachable("127.0.0.1", 1)).isEqualTo("127.0.0.1:1");
    assertThat(HeadFile.reachable("::1", 1)).isEqualTo("[::1]:1");
  }
}
