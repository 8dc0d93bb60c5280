package io.procgrid.worker.engine;

import io.procgrid.worker.process.LaunchException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Finds the file that a proc's command means: in the proc's folder, then by PATH. */
final class CommandResolver {
  private final List<Path> searchPath;

  /**
   * @param path value of PATH; empty entries, which would mean the current folder, do not count
   */
  CommandResolver(String path) {
    List<Path> folders = new ArrayList<>();
    for (String entry : path.split(":", -1)) {
      if (!entry.isEmpty()) {
        folders.add(Path.of(entry));
      }
    }
    this.searchPath = List.copyOf(folders);
  }

  /**
   * The absolute path of the file to execute.
   *
   * @param command as given at create; empty for the only file
   * @param folder working folder with the proc's files
   */
  Path resolve(String command, Path folder) throws LaunchException {
    if (command.isEmpty()) {
      return onlyFile(folder);
    }
    Path path;
    try {
      path = Path.of(command);
    } catch (InvalidPathException e) {
      throw new LaunchException("command '%s' is no path: %s".formatted(command, e.getReason()));
    }
    Path own = folder.resolve(path);
    if (path.isAbsolute() || Files.isRegularFile(own)) {
      return executable(command, own);
    }
    if (path.getNameCount() > 1 || command.startsWith("./")) {
      throw new LaunchException(
          "command '%s' not found: the proc's files have no %s (they are: %s)"
              .formatted(command, path.normalize(), names(folder)));
    }
    return bySearchPath(command);
  }

  private Path bySearchPath(String command) throws LaunchException {
    for (Path folder : searchPath) {
      Path candidate = folder.resolve(command);
      if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
        return candidate.toAbsolutePath();
      }
    }
    throw new LaunchException(
        "command '%s' not found: neither among the proc's files nor on the worker's PATH (%s); add the file to the proc, or install it on the worker's host"
            .formatted(
                command, String.join(":", searchPath.stream().map(Path::toString).toList())));
  }

  private static Path executable(String command, Path file) throws LaunchException {
    if (!Files.exists(file)) {
      throw new LaunchException(
          "command '%s' not found: %s does not exist on the worker's host"
              .formatted(command, file));
    }
    if (!Files.isRegularFile(file) || !Files.isExecutable(file)) {
      throw new LaunchException(
          "command '%s' cannot be executed: %s is no executable file".formatted(command, file));
    }
    return file.toAbsolutePath().normalize();
  }

  private static Path onlyFile(Path folder) throws LaunchException {
    List<String> names = names(folder);
    if (names.size() != 1) {
      throw new LaunchException(
          "the proc has no command and %d files (%s): give a command, or exactly one file"
              .formatted(names.size(), names));
    }
    return executable(names.getFirst(), folder.resolve(names.getFirst()));
  }

  private static List<String> names(Path folder) throws LaunchException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new LaunchException(
          "the proc's folder %s cannot be read: %s".formatted(folder, e.getMessage()), e);
    }
  }
}
