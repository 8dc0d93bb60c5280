package io.procgrid.worker.process;

import com.google.common.collect.ImmutableList;
import java.util.function.Consumer;

/** What workers of other identities left running on this host. */
public interface Leftovers {
  /** There are none, or there is no way to find them. */
  Leftovers NONE =
      new Leftovers() {
        @Override
        public ImmutableList<Leftover> find() {
          return ImmutableList.of();
        }

        @Override
        public TreeDeath kill(String identity, Consumer<String> blocked) {
          return new TreeDeath(false, 0);
        }
      };

  /** Looks for them. Those of a worker that lives are none. */
  ImmutableList<Leftover> find() throws InterruptedException;

  /**
   * Kills all that an identity left, and returns when it is proven dead.
   *
   * @param blocked told why there is no proof
   * @throws IllegalStateException its worker lives
   * @throws InterruptedException the caller gave up; some may live
   */
  TreeDeath kill(String identity, Consumer<String> blocked) throws InterruptedException;
}
