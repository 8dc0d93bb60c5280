package io.procgrid.worker.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to execute a segment's command.
 *
 * @param executable absolute path of the file to execute
 * @param arguments without the program's name
 * @param environment all of it: nothing is inherited
 * @param directory working folder
 * @param stdout file that stdout is appended to
 * @param stderr file that stderr is appended to
 */
public record LaunchPlan(
    Path executable,
    List<String> arguments,
    Map<String, String> environment,
    Path directory,
    Path stdout,
    Path stderr) {
  public LaunchPlan {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }
}
