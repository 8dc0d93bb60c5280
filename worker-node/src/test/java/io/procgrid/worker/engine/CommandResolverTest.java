package io.procgrid.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.procgrid.worker.process.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandResolverTest {
  @TempDir Path directory;
  private Path own;
  private Path installed;
  private CommandResolver resolver;

  @BeforeEach
  void folders() throws IOException {
    own = Files.createDirectory(directory.resolve("own"));
    installed = Files.createDirectory(directory.resolve("installed"));
    resolver = new CommandResolver("/nowhere::" + installed);
  }

  private static Path program(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void procsOwnFileComesBeforeTheSearchPath() throws Exception {
    program(installed, "tool");
    Path mine = program(own, "tool");

    assertThat(resolver.resolve("tool", own)).isEqualTo(mine);
    assertThat(resolver.resolve("./tool", own)).isEqualTo(mine);
  }

  @Test
  void searchPathFindsWhatTheProcHasNot() throws Exception {
    Path tool = program(installed, "tool");
    Files.createDirectory(own.resolve("tool"));

    assertThat(resolver.resolve("tool", own)).isEqualTo(tool);
  }

  @Test
  void absolutePathAndSubfolderAreTakenAsTheyAre() throws Exception {
    Path tool = program(installed, "tool");
    Path inner = program(own, "bin/inner");

    assertThat(resolver.resolve(tool.toString(), own)).isEqualTo(tool);
    assertThat(resolver.resolve("bin/inner", own)).isEqualTo(inner);
  }

  @Test
  void emptyCommandIsTheOnlyFile() throws Exception {
    Path only = program(own, "bin/only");
    assertThat(resolver.resolve("", own)).isEqualTo(only);

    program(own, "another");
    assertThatThrownBy(() -> resolver.resolve("", own))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("2 files")
        .hasMessageContaining("another");
  }

  @Test
  void whatIsNotFoundIsToldWithWhereItWasLookedFor() throws Exception {
    program(own, "here");

    assertThatThrownBy(() -> resolver.resolve("tool", own))
        .hasMessageContaining("'tool' not found")
        .hasMessageContaining(installed.toString());
    assertThatThrownBy(() -> resolver.resolve("./tool", own)).hasMessageContaining("here");
    assertThatThrownBy(() -> resolver.resolve("/absent/tool", own))
        .hasMessageContaining("/absent/tool does not exist");
  }
}
