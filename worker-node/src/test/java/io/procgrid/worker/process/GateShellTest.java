package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateShellTest {
  private static final Path BASH = Path.of("/bin/bash");

  @TempDir Path folder;

  @Test
  void shellThatInsistsOnItsVariablesAddsNoneAllTheSame() throws Exception {
    assumeThat(BASH).isExecutable();
    GateShell leaky = new GateShell(BASH, List.of("SHLVL", "_", "PWD", "OLDPWD"));
    Path program = Files.createDirectory(folder.resolve("a=b")).resolve("env");
    Files.createSymbolicLink(program, Path.of("/usr/bin/env"));
    Map<String, String> environment = Map.of("ONE", "1", "SHLVL", "planned", "no.name", "x");
    assertThat(run(leaky.hold(plan(program, environment), 0, "")))
        .isEqualTo(Set.of("ONE=1", "SHLVL=planned", "no.name=x"));
  }

  @Test
  void everyShellOfThisHostWorksOnceProbed() throws Exception {
    GateShell probed = GateShell.probe();
    assertThat(run(probed.hold(plan(Path.of("/usr/bin/env"), Map.of("A", "1")), 0, "")))
        .isEqualTo(Set.of("A=1"));
  }

  @Test
  void secretsStayOffTheCommandLine() throws Exception {
    GateShell.Held held =
        GateShell.probe().hold(plan(Path.of("/bin/true"), Map.of("TOKEN", "secret")), 3, "");
    assertThat(held.command()).noneMatch(word -> word.contains("secret"));
    assertThat(held.environment()).containsEntry("TOKEN", "secret");
  }

  private LaunchPlan plan(Path program, Map<String, String> environment) {
    return new LaunchPlan(
        program, List.of(), environment, folder, folder.resolve("out"), folder.resolve("err"));
  }

  private static Set<String> run(GateShell.Held held) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(held.command());
    builder.environment().clear();
    builder.environment().putAll(held.environment());
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().write('\n');
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return new TreeSet<>(output.lines().toList());
  }
}
