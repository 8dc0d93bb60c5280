package io.procgrid.it.torture;

import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;

/**
 * A proc whose processes on one worker must never overlap with those of its next run: all of them
 * hold a lock that the kernel frees with the last of them, and the next run fails when it is held.
 */
final class LockedProc {
  private LockedProc() {}

  /**
   * One run at a time on each worker; a run is two sleeping processes, one of which has left.
   *
   * @param marker argument of the sleeping processes
   */
  static ProcDraft sleeping(TestCluster cluster, String marker) {
    return ProcDraft.shell(
            """
            exec 9>>%s/lock-$PROCGRID_SEGMENT_ID
            flock -n 9 || { echo overlap; exit 99; }
            setsid sleep %2$s &
            exec sleep %2$s\
            """
                .formatted(cluster.scratch(), marker))
        .option("max_concurrency_per_node", "1");
  }

  /** Ends at once; fails on a worker where a run of {@link #sleeping} has a living process. */
  static ProcDraft checking(TestCluster cluster) {
    return ProcDraft.shell(
            """
            exec 9>>%s/lock-$PROCGRID_SEGMENT_ID
            flock -n -s 9 || { echo overlap; exit 99; }\
            """
                .formatted(cluster.scratch()))
        .distributed();
  }
}
