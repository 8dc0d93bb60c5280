package io.procgrid.worker.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The shell that holds a segment's first process back until its gate opens, and then becomes the
 * user's program by exec, under the same pid.
 *
 * <p>The program sees exactly the planned environment. Shells add variables of their own and lose
 * names that are no identifiers; what they add is unset, or taken out by {@code env -u} where a
 * shell insists. Variables that mean something to a shell or to the dynamic loader are kept from
 * the shell and added by {@code env} at the end: a planned {@code LD_PRELOAD} must not run before
 * the gate is open.
 *
 * @param path the shell
 * @param leaks variables that it adds even when told not to
 */
record GateShell(Path path, List<String> leaks) {
  private static final List<Path> CANDIDATES =
      List.of(Path.of("/bin/sh"), Path.of("/bin/dash"), Path.of("/usr/bin/dash"));
  private static final List<Path> ENV_PLACES =
      List.of(Path.of("/usr/bin/env"), Path.of("/bin/env"));
  private static final List<Path> NICE_PLACES =
      List.of(Path.of("/usr/bin/nice"), Path.of("/bin/nice"));
  private static final String UNSET = "unset PWD OLDPWD SHLVL _; ";
  private static final int PROBE_SECONDS = 10;

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final List<String> SPECIAL_PREFIXES =
      List.of("LD_", "BASH", "GLIBC_", "GCONV_", "MALLOC_", "HIST", "OPT", "PS", "MAIL", "POSIX");
  private static final Set<String> SPECIAL_NAMES =
      Set.of(
          "_",
          "PWD",
          "OLDPWD",
          "SHLVL",
          "SHELLOPTS",
          "ENV",
          "IFS",
          "PPID",
          "UID",
          "EUID",
          "GROUPS",
          "LINENO",
          "TMOUT",
          "IGNOREEOF",
          "CDPATH",
          "FUNCNAME",
          "FUNCNEST",
          "DIRSTACK",
          "RANDOM",
          "SRANDOM",
          "SECONDS",
          "EPOCHSECONDS",
          "EPOCHREALTIME",
          "HOSTNAME",
          "HOSTTYPE",
          "MACHTYPE",
          "OSTYPE",
          "PIPESTATUS",
          "COLUMNS",
          "LINES",
          "TERM",
          "LOCPATH",
          "NLSPATH");

  GateShell {
    leaks = List.copyOf(leaks);
  }

  /**
   * Command and environment of a held process.
   *
   * @param command to execute, absolute, and its arguments, when the gate opens
   */
  record Held(List<String> command, Map<String, String> environment) {}

  /**
   * Tries the shells of this host and takes the first that adds nothing, else the first there is.
   *
   * @throws IOException no shell works
   */
  static GateShell probe() throws IOException {
    IOException failure = new IOException("no shell found; install a POSIX shell as /bin/sh");
    List<GateShell> found = new ArrayList<>();
    for (Path candidate : CANDIDATES) {
      if (!Files.isExecutable(candidate)) {
        continue;
      }
      try {
        GateShell shell = new GateShell(candidate, leaksOf(candidate));
        if (shell.leaks().isEmpty()) {
          return shell;
        }
        found.add(shell);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
    if (found.isEmpty()) {
      throw failure;
    }
    return found.getFirst();
  }

  /**
   * The process that waits on descriptor {@code gate} and then becomes the planned program.
   *
   * @param prelude shell commands before the wait; empty or ended by a separator
   * @param gate 0 or 3
   * @throws LaunchException this host lacks what the environment needs
   */
  Held hold(LaunchPlan plan, int gate, String prelude) throws LaunchException {
    String afterGate = gate == 0 ? "exec </dev/null; " : "exec " + gate + "<&-; ";
    String script =
        prelude + "read go <&" + gate + " || exit 125; " + afterGate + UNSET + "exec \"$@\"";
    List<String> command = new ArrayList<>(List.of(path.toString(), "-c", script, "procgrid-gate"));
    Map<String, String> plain = new TreeMap<>();
    Map<String, String> special = new TreeMap<>();
    plan.environment()
        .forEach((name, value) -> (isSpecial(name) ? special : plain).put(name, value));
    if (!leaks.isEmpty() || !special.isEmpty()) {
      command.add(tool(ENV_PLACES, plan));
      leaks.forEach(leak -> {
        command.add("-u");
        command.add(leak);
      });
      special.forEach((name, value) -> command.add(name + "=" + value));
      if (plan.executable().toString().contains("=")) {
        // env would take the path for one more variable.
        command.addAll(List.of(tool(NICE_PLACES, plan), "-n", "0"));
      }
    }
    command.add(plan.executable().toString());
    command.addAll(plan.arguments());
    return new Held(command, plain);
  }

  private static boolean isSpecial(String name) {
    return !IDENTIFIER.matcher(name).matches()
        || SPECIAL_NAMES.contains(name)
        || SPECIAL_PREFIXES.stream().anyMatch(name::startsWith);
  }

  private static String tool(List<Path> places, LaunchPlan plan) throws LaunchException {
    for (Path place : places) {
      if (Files.isExecutable(place)) {
        return place.toString();
      }
    }
    throw new LaunchException(
        "cannot start "
            + plan.executable()
            + ": its environment needs "
            + places.getFirst()
            + ", which this host does not have; install coreutils");
  }

  private static List<String> leaksOf(Path shell) throws IOException {
    Path env =
        ENV_PLACES.stream()
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() -> new IOException("no env found; install coreutils"));
    ProcessBuilder builder =
        new ProcessBuilder(shell.toString(), "-c", UNSET + "exec \"$@\"", "probe", env.toString());
    builder.environment().clear();
    Process process = builder.redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(shell + " does not work: " + output.strip());
      }
      return output
          .lines()
          .filter(line -> line.contains("="))
          .map(line -> line.substring(0, line.indexOf('=')))
          .toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while trying " + shell, e);
    } finally {
      process.destroyForcibly();
    }
  }
}
