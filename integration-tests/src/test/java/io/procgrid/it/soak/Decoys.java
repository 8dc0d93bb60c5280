package io.procgrid.it.soak;

import io.procgrid.it.LivePids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Starts processes that look like those of a run in every way but by descent. */
final class Decoys implements AutoCloseable {
  private final Bystanders bystanders;
  private final Path folder;
  private final List<Process> processes = new ArrayList<>();

  /** Ends them when the program is told to end. */
  private final Thread removalAtExit = new Thread(this::remove, "decoy-removal");

  /** None yet. */
  Decoys(Bystanders bystanders) throws IOException {
    this.bystanders = bystanders;
    folder = Files.createTempDirectory("decoys-");
    Runtime.getRuntime().addShutdownHook(removalAtExit);
  }

  /** Copies what can be copied of a live process of a run: each thing alone, and all of it. */
  void imitate(Living original) throws IOException {
    List<String> arguments = strings(original.pid(), "cmdline");
    List<String> other = List.of("sleep", "86401");
    Map<String, String> environment = environment(original.pid());
    Path work = Path.of("/proc/" + original.pid() + "/cwd").toRealPath();
    Path sameName = Files.createDirectories(folder.resolve(work.getRoot().relativize(work)));
    start("a decoy with the arguments of a run", arguments, Map.of(), folder);
    start("a decoy with the environment of a run", other, environment, folder);
    start("a decoy in a folder of the same name", other, Map.of(), sameName);
    start("a decoy with all of these", arguments, environment, sameName);
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(removalAtExit);
    remove();
  }

  private void remove() {
    processes.forEach(Process::destroyForcibly);
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.toList().reversed()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + folder, e);
    }
  }

  private void start(
      String name, List<String> command, Map<String, String> environment, Path directory)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.add(process);
    bystanders.add(name, process.pid());
  }

  private static Map<String, String> environment(long pid) {
    Map<String, String> environment = new TreeMap<>();
    for (String variable : strings(pid, "environ")) {
      int equals = variable.indexOf('=');
      environment.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return environment;
  }

  private static List<String> strings(long pid, String file) {
    return Arrays.stream(LivePids.text(pid, file).split("\0"))
        .filter(text -> !text.isEmpty())
        .toList();
  }
}
