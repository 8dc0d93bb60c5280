package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
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
 * <p>It reads commands from its standard input, which is the gate. What is to be executed comes
 * through the gate too, so until then nothing of the plan can be seen of the process.
 *
 * <p>The program sees exactly the planned environment. Shells add variables of their own and lose
 * names that are no identifiers; what they add is unset, or taken out by {@code env -u} where a
 * shell insists. Variables that mean something to a shell or to the dynamic loader are added by
 * {@code env} at the end.
 *
 * @param path the shell
 * @param leaks variables that it adds even when told not to
 */
record GateShell(Path path, List<String> leaks) {
  /** What a process that waits at its gate is called. */
  static final String NAME = "procgrid-gate";

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

  /** What to execute with the gate as standard input; the environment is to be empty. */
  List<String> command() {
    return List.of(path.toString(), "-s", NAME);
  }

  /**
   * What to write to the gate so that the process becomes the planned program. Cut off anywhere, it
   * executes nothing.
   *
   * @throws LaunchException this host lacks what the environment needs
   */
  String opening(LaunchPlan plan) throws LaunchException {
    Map<String, String> plain = new TreeMap<>();
    Map<String, String> special = new TreeMap<>();
    plan.environment()
        .forEach((name, value) -> (isSpecial(name) ? special : plain).put(name, value));
    StringBuilder script = new StringBuilder("{ exec </dev/null");
    script.append(" >>").append(quoted(plan.stdout().toString()));
    script.append(" 2>>").append(quoted(plan.stderr().toString()));
    script.append("; cd ").append(quoted(plan.directory().toString())).append(" || exit; ");
    script.append(UNSET);
    plain.forEach((name, value) ->
        script.append("export ").append(name).append('=').append(quoted(value)).append("; "));
    script.append("exec");
    program(plan, special).forEach(word -> script.append(' ').append(quoted(word)));
    return script.append("; }\n").toString();
  }

  /** The program and its arguments, behind what gives it the variables a shell cannot handle. */
  private List<String> program(LaunchPlan plan, Map<String, String> special)
      throws LaunchException {
    List<String> words = new ArrayList<>();
    if (!leaks.isEmpty() || !special.isEmpty()) {
      words.add(tool(ENV_PLACES, plan));
      leaks.forEach(leak -> {
        words.add("-u");
        words.add(leak);
      });
      special.forEach((name, value) -> words.add(name + "=" + value));
      if (plan.executable().toString().contains("=")) {
        // env would take the path for one more variable.
        words.addAll(List.of(tool(NICE_PLACES, plan), "-n", "0"));
      }
    }
    words.add(plan.executable().toString());
    words.addAll(plan.arguments());
    return words;
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  /**
   * Whether a process that ended under the name of the shell executed nothing. Codes 126 and 127
   * say that its program could not be executed.
   */
  static boolean isOfNothing(ExitStatus status) {
    return status instanceof ExitStatus.Exited(int code) && code != 126 && code != 127;
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
