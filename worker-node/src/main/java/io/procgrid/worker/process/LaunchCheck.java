package io.procgrid.worker.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Looks at a plan before anything is started, so that what is wrong with it is told by name. */
final class LaunchCheck {
  /** The kernel's limit for one argument or one {@code NAME=value}, its ending zero included. */
  private static final int LONGEST_STRING = 128 * 1024;

  private static final int LONGEST_SHEBANG = 256;

  private final LaunchPlan plan;

  LaunchCheck(LaunchPlan plan) {
    this.plan = plan;
  }

  /**
   * Looks at folder, file, arguments and environment.
   *
   * @throws LaunchException the first thing that would make exec fail
   */
  void run() throws LaunchException {
    if (!Files.isDirectory(plan.directory())) {
      throw refuse(
          "its working folder " + plan.directory() + " does not exist",
          "check the worker's data folder");
    }
    Path file = plan.executable();
    if (!file.isAbsolute()) {
      throw refuse("the path is not absolute", "give the absolute path of the program");
    }
    if (Files.isDirectory(file)) {
      throw refuse("it is a folder", "name a program");
    }
    if (!Files.exists(file)) {
      throw refuse("there is no such file on this host", "install it there or correct the command");
    }
    if (!Files.isExecutable(file)) {
      throw refuse("the file is not executable", "chmod +x it on this host");
    }
    checkInterpreter(file);
    for (int i = 0; i < plan.arguments().size(); i++) {
      checkString("argument " + (i + 1), plan.arguments().get(i));
    }
    for (Map.Entry<String, String> variable : plan.environment().entrySet()) {
      String name = variable.getKey();
      if (name.isEmpty() || name.contains("=")) {
        throw refuse("\"" + name + "\" cannot name an environment variable", "rename it");
      }
      checkString("environment variable " + name, name + "=" + variable.getValue());
    }
  }

  private void checkInterpreter(Path file) throws LaunchException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(LONGEST_SHEBANG);
    } catch (IOException e) {
      return; // Executable but not readable: exec itself has the last word.
    }
    String text = new String(start, StandardCharsets.ISO_8859_1);
    if (!text.startsWith("#!")) {
      return;
    }
    String line = text.substring(2).lines().findFirst().orElse("");
    String interpreter = line.strip().split("[ \t]", 2)[0];
    if (interpreter.endsWith("\r") || line.endsWith("\r")) {
      throw refuse(
          "its first line ends in a carriage return, so the interpreter is not found",
          "save the script with Unix line ends");
    }
    if (!interpreter.isEmpty() && !Files.isExecutable(plan.directory().resolve(interpreter))) {
      throw refuse(
          "its interpreter " + interpreter + " is not there or not executable",
          "install it on this host or correct the script's first line");
    }
  }

  private void checkString(String what, String text) throws LaunchException {
    if (text.indexOf('\0') >= 0) {
      throw refuse(what + " contains a zero byte", "remove it");
    }
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    if (length >= LONGEST_STRING) {
      throw refuse(
          what + " has " + length + " bytes and the kernel takes less than " + LONGEST_STRING,
          "pass it in a file");
    }
  }

  private LaunchException refuse(String why, String fix) {
    return new LaunchException("cannot start " + plan.executable() + ": " + why + "; " + fix);
  }
}
