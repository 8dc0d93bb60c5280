package io.procgrid.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks at processes through /proc. A process is alive while any of its threads is neither a zombie
 * nor dead: the first thread may have exited before the others.
 */
public final class LivePids {
  private static final Path PROC = Path.of("/proc");

  private LivePids() {}

  /** Whether any thread of the process can still run. */
  public static boolean isAlive(long pid) {
    try (Stream<Path> threads = Files.list(PROC.resolve(pid + "/task"))) {
      return threads.anyMatch(LivePids::isThreadAlive);
    } catch (IOException | UncheckedIOException e) {
      // The folder vanishes with the process.
      return false;
    }
  }

  /** Those of the given processes that are alive. */
  public static Set<Long> among(Collection<Long> pids) {
    return pids.stream().filter(LivePids::isAlive).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Live processes that have exactly this among their arguments, whatever they execute. */
  public static Set<Long> withArgument(String argument) {
    return all(pid -> arguments(pid).contains(argument));
  }

  /**
   * Live processes that execute sleep(1) with this argument: a worker's launcher, which carries the
   * command of a proc before it becomes that, is none of them.
   */
  public static Set<Long> sleeping(String argument) {
    return all(
        pid -> text(pid, "comm").strip().equals("sleep") && arguments(pid).contains(argument));
  }

  /** Live processes whose working folder, stdout or stderr lies in this folder. */
  public static Set<Long> touching(Path folder) {
    String prefix = folder.toAbsolutePath() + "/";
    return all(pid ->
        Stream.of("cwd", "fd/1", "fd/2").anyMatch(link -> target(pid, link).startsWith(prefix)));
  }

  /** Its parent; 0 when it is gone. */
  public static long parentOf(long pid) {
    String stat = text(pid, "stat");
    return stat.isEmpty()
        ? 0
        : Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3)[1]);
  }

  /** State letters of the process's threads, for example "S" or "TT". */
  public static String threadStates(long pid) {
    try (Stream<Path> threads = Files.list(PROC.resolve(pid + "/task"))) {
      return threads.map(LivePids::threadState).collect(Collectors.joining());
    } catch (IOException | UncheckedIOException e) {
      return "";
    }
  }

  /** A folder or file of /proc/PID, as text; empty when the process is gone. */
  public static String text(long pid, String file) {
    try {
      return Files.readString(PROC.resolve(pid + "/" + file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private static Set<Long> all(LongPredicate condition) {
    try (Stream<Path> entries = Files.list(PROC)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .map(Long::valueOf)
          .filter(pid -> condition.test(pid) && isAlive(pid))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> arguments(long pid) {
    return Arrays.stream(text(pid, "cmdline").split("\0")).collect(Collectors.toSet());
  }

  private static String target(long pid, String link) {
    try {
      return Files.readSymbolicLink(PROC.resolve(pid + "/" + link)).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean isThreadAlive(Path thread) {
    String state = threadState(thread);
    return !state.isEmpty() && !state.equals("Z") && !state.equals("X");
  }

  private static String threadState(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
      // The command name, in parentheses, may hold anything.
      return stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1);
    } catch (IOException e) {
      return "";
    }
  }
}
