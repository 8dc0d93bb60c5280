package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import java.util.Set;

/**
 * A mechanism of the operating system that holds a process tree together, so that it can be killed
 * and proven dead as a whole. One implementation per mechanism; a probe at start-up chooses.
 *
 * <p>Methods block for as long as the operating system takes and are called from virtual threads.
 */
public interface Containment extends AutoCloseable {
  /** "cgroup", "namespace", "session" or "portable". */
  String name();

  /** Whether a process that sets out to hide may stay unseen; to be said where people look. */
  boolean bestEffort();

  /**
   * Creates the place of a segment and its first process, held at the gate: no user code runs
   * before {@link ContainedTree#release()}. When the worker dies first, the process exits by
   * itself.
   *
   * @throws LaunchException nothing of the segment is left behind
   */
  ContainedTree launch(SegmentKey segment, LaunchPlan plan) throws LaunchException;

  /**
   * Takes back what an earlier worker process launched.
   *
   * @return the tree, which may be dead already: then its death is proven like any other
   */
  ContainedTree adopt(SegmentKey segment, ProcessRecord record);

  /**
   * Removes what earlier worker processes of this identity left on the host and where nothing is
   * alive. Kills nothing: where something lives that no record claims, its name is logged. To be
   * called before the first launch.
   *
   * @param claimed what the journal knows of trees that may live
   */
  default void sweep(Set<ProcessRecord> claimed) {
    // Sessions, namespaces and descendants are gone with their last process.
  }

  /** What workers of other identities that live no more left alive on this host. */
  default Leftovers leftovers() {
    return Leftovers.NONE;
  }

  /** Ends the containment's own threads; the trees live on. */
  @Override
  void close();
}
