package io.procgrid.it;

import java.nio.file.Path;

/** All daemons on this host, in one data directory, joined by the loopback. */
final class Loopback implements ClusterPlaces {
  @Override
  public DaemonPlace head(Path folder) {
    return DaemonPlace.onHost(folder);
  }

  @Override
  public DaemonPlace worker(int number, Path folder) {
    return DaemonPlace.onHost(folder);
  }

  @Override
  public void close() {}
}
