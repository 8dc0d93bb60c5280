package io.procgrid.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs programs of the host that a test needs for its faults, and says which are missing. */
public final class HostCommand {
  private HostCommand() {}

  /** Runs a program to its end and returns what it wrote; fails unless its exit status is 0. */
  public static String run(String... command) {
    return run(List.of(command));
  }

  /** As {@link #run(String...)}. */
  public static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            "%s ended with status %d: %s".formatted(String.join(" ", command), status, output));
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during " + command, e);
    }
  }

  /** Whether the tests run as root. */
  public static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Why what needs root and these programs cannot be done here; empty when it can. */
  public static Optional<String> missingForRoot(String... programs) {
    return isRoot() ? missing(programs) : Optional.of("needs root");
  }

  /** The first of these programs that PATH does not have, as a reason; empty when it has all. */
  public static Optional<String> missing(String... programs) {
    return Stream.of(programs)
        .filter(program -> !isInPath(program))
        .findFirst()
        .map(program -> "needs the program " + program);
  }

  private static boolean isInPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
