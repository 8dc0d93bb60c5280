package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import io.procgrid.head.core.Selector;

/**
 * Reads runs from the database: what was asked for, and the whole of what is over. Blocks; called
 * from virtual threads.
 */
public interface RunArchive {
  /**
   * All runs that match and were not cleared, by ascending run id; auto-start entries that have not
   * run are among them, with incarnation 0. An entry whose status was cleared is not, until it
   * begins again.
   *
   * @throws StoreReadException with a message for the user
   */
  ImmutableList<ArchivedRun> find(Selector selector);
}
