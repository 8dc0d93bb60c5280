package io.procgrid.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterSecretTest {
  @TempDir Path directory;

  @Test
  void secretIsMadeOnceAndReadByItsOwnerOnly() throws IOException {
    Path file = directory.resolve("cluster.secret");
    ClusterSecret made = ClusterSecret.readOrCreate(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(made.value()).hasSize(64);
    assertThat(ClusterSecret.readOrCreate(file).value()).isEqualTo(made.value());
    try (var names = Files.list(directory)) {
      assertThat(names).containsExactly(file);
    }
  }

  @Test
  void secretThatOthersMayReadIsRefusedWithTheFix() throws IOException {
    Path file = directory.resolve("cluster.secret");
    ClusterSecret.readOrCreate(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> ClusterSecret.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 600 " + file);
  }

  @Test
  void emptySecretIsRefused() throws IOException {
    Path file =
        Files.createFile(
            directory.resolve("cluster.secret"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    assertThatThrownBy(() -> ClusterSecret.read(file)).hasMessageContaining("holds no secret");
  }

  @Test
  void onlyTheVerySecretMatches() throws IOException {
    ClusterSecret ours = ClusterSecret.readOrCreate(directory.resolve("a"));
    ClusterSecret theirs = ClusterSecret.readOrCreate(directory.resolve("b"));
    assertThat(ours.matches(ours.value())).isTrue();
    assertThat(ours.matches(theirs.value())).isFalse();
    assertThat(ours.matches("")).isFalse();
    assertThat(ours.matches(ours.value() + "x")).isFalse();
  }
}
