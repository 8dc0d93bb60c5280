package io.procgrid.it;

import com.google.common.base.Splitter;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The command lines of head and worker, on the class path of the running test. */
public final class DaemonCommand {
  private static final String HEAD_CLASS = "io.procgrid.head.HeadNode";
  private static final String WORKER_CLASS = "io.procgrid.worker.WorkerNode";

  private DaemonCommand() {}

  /** A head. */
  public static List<String> head(Path temporary, List<String> arguments) {
    return java(StartupCache.get().ofHead(), temporary, headClassPath(), HEAD_CLASS, arguments);
  }

  /** A worker. */
  public static List<String> worker(Path temporary, List<String> arguments) {
    return java(
        StartupCache.get().ofWorker(), temporary, workerClassPath(), WORKER_CLASS, arguments);
  }

  static String headClassPath() {
    return classPathWithout("worker-node");
  }

  static String workerClassPath() {
    return classPathWithout("head-node");
  }

  private static List<String> java(
      List<String> cacheOptions,
      Path temporary,
      String classPath,
      String mainClass,
      List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(cacheOptions);
    command.add("-Xmx256m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+PerfDisableSharedMem");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  /** Neither daemon may lean on the other's classes, nor on the tests'. */
  private static String classPathWithout(String module) {
    return Splitter.on(File.pathSeparatorChar)
        .splitToStream(System.getProperty("java.class.path"))
        .filter(entry -> !isOf(module, entry) && !entry.endsWith("/test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Whether an entry is the module's jar or folder of classes. */
  private static boolean isOf(String module, String entry) {
    return entry.contains("/" + module + "/target/")
        || entry.substring(entry.lastIndexOf('/') + 1).startsWith(module);
  }
}
