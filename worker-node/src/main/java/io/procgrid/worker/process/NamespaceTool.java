package io.procgrid.worker.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program that makes a pid namespace: unshare of util-linux.
 *
 * @param unshare with its flags
 */
record NamespaceTool(List<String> unshare) {
  private static final List<Path> PLACES = List.of(Path.of("/usr/bin"), Path.of("/bin"));
  private static final List<List<String>> USER_FLAGS =
      List.of(
          List.of(), // root needs no user namespace
          List.of("--user", "--map-current-user"), // util-linux 2.38
          List.of("--user", "--map-root-user"));
  private static final List<String> PID_FLAGS = List.of("--pid", "--fork", "--kill-child", "--");
  private static final int PROBE_SECONDS = 10;

  NamespaceTool {
    unshare = List.copyOf(unshare);
  }

  /**
   * Tries the flags of unshare, those that change least first.
   *
   * @throws IOException none of them works here
   */
  static NamespaceTool probe() throws IOException {
    Path unshare = find("unshare");
    IOException failure = new IOException("no namespace can be made");
    for (List<String> userFlags : USER_FLAGS) {
      List<String> command = new ArrayList<>(List.of(unshare.toString()));
      command.addAll(userFlags);
      command.addAll(PID_FLAGS);
      try {
        tryOut(command);
        return new NamespaceTool(command);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  private static Path find(String program) throws IOException {
    for (Path place : PLACES) {
      if (Files.isExecutable(place.resolve(program))) {
        return place.resolve(program);
      }
    }
    throw new IOException("there is no " + program + "; install util-linux");
  }

  private static void tryOut(List<String> command) throws IOException {
    List<String> trial = new ArrayList<>(command);
    trial.addAll(List.of("/bin/sh", "-c", ":"));
    Process process = new ProcessBuilder(trial).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(
            String.join(" ", command)
                + " fails: "
                + output.strip()
                + "; allow user namespaces (sysctl user.max_user_namespaces,"
                + " kernel.unprivileged_userns_clone)");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while trying unshare", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
