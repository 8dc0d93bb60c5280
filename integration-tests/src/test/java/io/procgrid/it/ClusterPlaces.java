package io.procgrid.it;

import java.nio.file.Path;

/**
 * Where the daemons of a test cluster run and how they reach each other, with the faults that can
 * befall them there. Each place is asked for once; closed when all daemons and procs are gone.
 */
public interface ClusterPlaces extends AutoCloseable {
  /**
   * The head's place.
   *
   * @param folder of the cluster; exists
   */
  DaemonPlace head(Path folder);

  /**
   * The place of a worker.
   *
   * @param number from 1
   * @param folder of the cluster; exists
   */
  DaemonPlace worker(int number, Path folder);

  /** Removes what was made for them. */
  @Override
  void close();
}
