package io.procgrid.it.torture;

import io.procgrid.it.TestCluster;
import java.nio.file.Path;

/**
 * A copy of a head's store, as an operator would keep one: taken and put back with no head running.
 */
final class StoreBackup {
  private final Path store;
  private final Path copy;

  private StoreBackup(Path store, Path copy) {
    this.store = store;
    this.copy = copy;
  }

  /** Takes one. */
  static StoreBackup of(TestCluster cluster) {
    Path folder = cluster.dataDir();
    StoreBackup backup =
        new StoreBackup(folder.resolve("store"), folder.resolve("store-of-yesterday"));
    Folders.copy(backup.store, backup.copy);
    return backup;
  }

  /** Puts it back. */
  void restore() {
    Folders.delete(store);
    Folders.copy(copy, store);
  }
}
