package io.procgrid.it;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;

/** A small cluster whose daemons do once what all do at their start, and leave their caches. */
final class StartupTraining implements ClusterPlaces {
  private final Path headCache;
  private final Path workerCache;

  /**
   * Starts nothing yet.
   *
   * @param headCache file to be made
   * @param workerCache file to be made
   */
  StartupTraining(Path headCache, Path workerCache) {
    this.headCache = headCache;
    this.workerCache = workerCache;
  }

  /** Returns when the caches are made and the daemons gone. */
  void run() {
    try (TestCluster cluster =
        TestCluster.start(new ClusterShape(1, 1, "auto", ImmutableList.of(), false), this)) {
      ProcClient procs = cluster.procs();
      procs.kill(procs.run(ProcDraft.command("sleep", "60")));
      // The JVM makes the cache at an ordered end.
      cluster.stopDaemons();
    }
  }

  @Override
  public DaemonPlace head(Path folder) {
    return training(folder, headCache);
  }

  @Override
  public DaemonPlace worker(int number, Path folder) {
    return training(folder, workerCache);
  }

  @Override
  public void close() {}

  private static DaemonPlace training(Path folder, Path cache) {
    return new DaemonPlace(
        ImmutableList.of("env", "JDK_JAVA_OPTIONS=-XX:AOTCacheOutput=" + cache),
        folder,
        ImmutableList.of());
  }
}
