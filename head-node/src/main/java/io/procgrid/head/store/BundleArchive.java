package io.procgrid.head.store;

import java.util.Optional;

/** Reads the files of procs. Blocks; called from virtual threads. */
public interface BundleArchive {
  /**
   * The zip archive with that hash, or empty.
   *
   * @throws StoreReadException with a message for the user
   */
  Optional<byte[]> read(String hash);
}
