package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
   * Finds what is left of a segment whose pid is not known, or means nothing here.
   *
   * @param process where it was put; null when nothing is known but its name
   * @return the tree, which may be dead already; its leader counts as over when nothing of the tree
   *     is alive
   * @throws IllegalStateException it is not found, and may be alive all the same
   */
  default ContainedTree find(SegmentKey segment, @Nullable ProcessRecord process) {
    throw new IllegalStateException(
        "containment %s finds processes by their pids only; look for those of the segment on this host and end them"
            .formatted(name()));
  }

  /** Where it puts processes. */
  default Ground ground() {
    return new Ground(name(), "");
  }

  /**
   * Looks at what earlier worker processes of this identity left, and removes places where nothing
   * is alive. Kills nothing. To be called before the first launch.
   *
   * @param claimed what the journal knows of trees that may live
   * @param sought segments that {@link #find} will be asked for by name: their places stay
   * @return segments of which something lives in a place that nobody claims
   */
  default Set<SegmentKey> sweep(Set<ProcessRecord> claimed, Set<SegmentKey> sought) {
    // Sessions, namespaces and descendants are gone with their last process.
    return Set.of();
  }

  /** What workers of other identities that live no more left alive on this host. */
  default Leftovers leftovers() {
    return Leftovers.NONE;
  }

  /** Ends the containment's own threads; the trees live on. */
  @Override
  void close();
}
