package io.procgrid.worker.process;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import java.util.List;
import java.util.function.Consumer;

/**
 * What workers of other identities that live no more left alive on this host. Their journals may be
 * lost for good, so nobody else can end it.
 *
 * <p>A worker that lives holds on to its place on the host: what is there is never a leftover.
 */
public interface Leftovers {
  /** Where a containment cannot tell whose a process is, nothing is known to be left over. */
  Leftovers NONE =
      new Leftovers() {
        @Override
        public List<Leftover> find() {
          return List.of();
        }

        @Override
        public TreeDeath kill(
            WorkerIdentity identity, SegmentKey segment, Consumer<String> blocked) {
          throw new UnsupportedOperationException(
              "this worker's containment cannot tell what workers that are gone left behind");
        }
      };

  /**
   * Segments of one such worker.
   *
   * @param identity the journal they were placed on, of whatever cluster
   * @param segments those of which something is alive, not empty
   */
  record Leftover(WorkerIdentity identity, ImmutableList<SegmentKey> segments) {}

  /** Looks at the host. */
  List<Leftover> find();

  /**
   * Kills a leftover and proves it dead. Calls for the same segment may overlap, and may come when
   * nothing of it is left.
   *
   * @param blocked told why there is no proof yet, whenever the reason changes
   * @return the proof: nothing of the segment is alive in any place of that identity
   * @throws UnsupportedOperationException when that can never be proven here, because the worker of
   *     that identity lives or its place on this host is not known; nothing was killed
   */
  TreeDeath kill(WorkerIdentity identity, SegmentKey segment, Consumer<String> blocked)
      throws InterruptedException;
}
