package io.procgrid.worker.process;

import java.util.Set;

/**
 * One look at a tree.
 *
 * @param dead whether this look proves that nothing of the tree is alive
 * @param live pids of members that are alive, zombies not among them; empty while the last are
 *     dying
 */
record Sighting(boolean dead, Set<Integer> live) {
  static final Sighting DEAD = new Sighting(true, Set.of());
  static final Sighting DYING = new Sighting(false, Set.of());

  Sighting {
    live = Set.copyOf(live);
  }

  static Sighting alive(Set<Integer> live) {
    return new Sighting(false, live);
  }
}
