package io.procgrid.it;

import io.procgrid.worker.process.Keepers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Takes a cluster away whatever state a test left it in: daemons first, by their pids, then every
 * process that works in or writes to the data directory, then the keepers of all these and the
 * cgroups they were in, then the places where the daemons ran, then the directory.
 */
final class ClusterRemoval {
  private final Path dataDir;
  private final Daemon head;
  private final List<Daemon> workers;
  private final ClusterPlaces places;

  /** Removes nothing yet. */
  ClusterRemoval(Path dataDir, Daemon head, List<Daemon> workers, ClusterPlaces places) {
    this.dataDir = dataDir;
    this.head = head;
    this.workers = workers;
    this.places = places;
  }

  void run() {
    head.kill();
    workers.forEach(Daemon::kill);
    killProcs();
    WorkerIdentities.below(dataDir).forEach(ClusterRemoval::removeLeftovers);
    places.close();
    removeFolder();
  }

  /**
   * A worker that was killed leaves keepers and a cgroup, which its identity names. A process that
   * waits at its gate ends by itself, and so does a namespace, once its keeper is gone.
   */
  private static void removeLeftovers(String identity) {
    Waiting.until(() -> Keepers.sweepAfter(identity));
    CgroupFolders.removeOf(identity);
  }

  private void killProcs() {
    Waiting.until(() -> {
      Set<Long> pids = LivePids.touching(dataDir);
      pids.forEach(pid -> Signals.send("KILL", pid));
      return pids.isEmpty();
    });
  }

  private void removeFolder() {
    try (Stream<Path> walk = Files.walk(dataDir)) {
      List<Path> deepestFirst = new ArrayList<>(walk.toList());
      for (Path path : deepestFirst.reversed()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + dataDir, e);
    }
  }
}
