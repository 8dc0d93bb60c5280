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
    assertThat(run(leaky, plan(program, environment)))
        .isEqualTo(Set.of("ONE=1", "SHLVL=planned", "no.name=x"));
  }

  @Test
  void everyShellOfThisHostWorksOnceProbed() throws Exception {
    GateShell probed = GateShell.probe();
    assertThat(run(probed, plan(Path.of("/usr/bin/env"), Map.of("A", "1"))))
        .isEqualTo(Set.of("A=1"));
  }

  @Test
  void openingThatIsCutOffAnywhereExecutesNothing() throws Exception {
    GateShell shell = GateShell.probe();
    LaunchPlan plan =
        new LaunchPlan(
            Path.of("/bin/echo"),
            List.of("; echo one", "it's\ntwo }"),
            Map.of("A", "three\n} "),
            folder,
            folder.resolve("out"),
            folder.resolve("err"));
    String opening = shell.opening(plan);
    for (int length = 0; length < opening.length() - 1; length += 7) {
      write(shell, opening.substring(0, length));
      assertThat(folder.resolve("out")).doesNotExist();
    }
    write(shell, opening);
    assertThat(folder.resolve("out")).hasContent("; echo one it's\ntwo }\n");
  }

  @Test
  void nothingOfThePlanIsOnTheCommandLineOfTheShell() throws Exception {
    GateShell shell = GateShell.probe();
    assertThat(shell.command()).hasSize(3);
    LaunchPlan secret = plan(Path.of("/bin/true"), Map.of("TOKEN", "secret"));
    assertThat(shell.opening(secret)).contains("export TOKEN='secret'");
  }

  private LaunchPlan plan(Path program, Map<String, String> environment) {
    return new LaunchPlan(
        program, List.of(), environment, folder, folder.resolve("out"), folder.resolve("err"));
  }

  private Set<String> run(GateShell shell, LaunchPlan plan) throws Exception {
    assertThat(write(shell, shell.opening(plan))).isZero();
    return new TreeSet<>(Files.readAllLines(plan.stdout()));
  }

  /** Returns the exit code. */
  private int write(GateShell shell, String text) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(shell.command());
    builder.environment().clear();
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    return process.waitFor();
  }
}
