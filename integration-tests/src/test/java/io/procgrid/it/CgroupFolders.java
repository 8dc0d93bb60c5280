package io.procgrid.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The cgroup v2 folders that processes sit in, and their removal. */
final class CgroupFolders {
  private static final List<Path> MOUNTS =
      List.of(Path.of("/sys/fs/cgroup/unified"), Path.of("/sys/fs/cgroup"));

  private CgroupFolders() {}

  /** Folders of these processes that a worker made. */
  static Set<Path> of(Collection<Long> pids) {
    Set<Path> folders = new TreeSet<>();
    for (long pid : pids) {
      for (String line : LivePids.text(pid, "cgroup").split("\n")) {
        if (line.startsWith("0::/") && line.contains("procgrid")) {
          folders.add(mount().resolve(line.substring("0::/".length())));
        }
      }
    }
    return folders;
  }

  /** Removes folders with what is below them; their processes must be dead. */
  static void remove(Set<Path> folders) {
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (Stream<Path> walk = Files.walk(folder).filter(Files::isDirectory)) {
        List<Path> below = new ArrayList<>(walk.toList());
        for (Path each : below.reversed()) {
          Files.deleteIfExists(each);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot remove cgroup " + folder, e);
      }
    }
  }

  private static Path mount() {
    return MOUNTS.stream()
        .filter(mount -> Files.exists(mount.resolve("cgroup.procs")))
        .findFirst()
        .orElse(MOUNTS.getLast());
  }
}
