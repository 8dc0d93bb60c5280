package io.procgrid.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The cgroup v2 folders that workers make. */
final class CgroupFolders {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private CgroupFolders() {}

  /** Removes those of a worker, by its identity; no process may be in them any more. */
  static void removeOf(String identity) {
    if (identity.isEmpty() || !Files.isDirectory(ROOT)) {
      return;
    }
    String name = "procgrid-" + identity;
    for (Path folder : folders(path -> path.endsWith(name))) {
      for (Path each : folders(path -> path.startsWith(folder)).reversed()) {
        try {
          Files.deleteIfExists(each);
        } catch (IOException e) {
          throw new UncheckedIOException("cannot remove cgroup " + each, e);
        }
      }
    }
  }

  /** Parents before children. Other workers may make and remove theirs meanwhile. */
  private static List<Path> folders(Predicate<Path> condition) {
    List<Path> found = new ArrayList<>();
    collect(ROOT, condition, found);
    return found;
  }

  private static void collect(Path folder, Predicate<Path> condition, List<Path> found) {
    if (condition.test(folder)) {
      found.add(folder);
    }
    List<Path> children;
    try (Stream<Path> entries = Files.list(folder)) {
      children =
          entries.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).toList();
    } catch (IOException | UncheckedIOException e) {
      // Removed since its parent was listed.
      return;
    }
    children.forEach(child -> collect(child, condition, found));
  }
}
