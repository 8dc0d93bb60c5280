package io.procgrid.common.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonFilesTest {
  @TempDir Path directory;

  @Test
  void pidFileNamesThisProcessAndItsStart() throws IOException {
    PidFile.write(directory, "head");
    long pid = ProcessHandle.current().pid();
    assertThat(directory.resolve("head.pid")).hasContent(Long.toString(pid));
    assertThat(directory.resolve("head.start")).hasContent(Long.toString(PidFile.startTicks(pid)));
  }

  @Test
  void startTimeIsReadBehindACommandNameWithSpacesAndParentheses() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/stat")), "there is no /proc here");
    Path program = directory.resolve("a) S (b c");
    Files.copy(Path.of("/bin/sleep"), program);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Process process = new ProcessBuilder(program.toString(), "60").start();
    try {
      assertThat(PidFile.startTicks(process.pid()))
          .isGreaterThanOrEqualTo(PidFile.startTicks(ProcessHandle.current().pid()));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void fileIsReplacedAsAWholeAndNoDraftStays() throws IOException {
    Path file = directory.resolve("head.json");
    AtomicFile.write(file, "long long old text");
    AtomicFile.write(file, "nü");
    assertThat(Files.readString(file)).isEqualTo("nü");
    try (var names = Files.list(directory)) {
      assertThat(names).containsExactly(file);
    }
  }
}
