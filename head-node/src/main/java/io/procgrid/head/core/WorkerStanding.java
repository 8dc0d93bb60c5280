package io.procgrid.head.core;

/** Where a worker stands in the cluster, durably. */
public enum WorkerStanding {
  /** One of the cluster: awaited when it is away, given work when it is there. */
  MEMBER,
  /**
   * As a member, but its journal has seen what the store does not know, since that was restored
   * from a backup: nothing that lives there is killed before it has become runs of this store.
   */
  IMPORTING,
  /** It left in order, with nothing running: nobody waits for it. */
  LEFT,
  /** An operator gave it up together with its runs: let in only to be emptied. */
  FORGOTTEN,
  /** It was forgotten, came back, and is empty. */
  EMPTIED;

  /** True when its return is awaited. */
  boolean isAwaited() {
    return switch (this) {
      case MEMBER, IMPORTING -> true;
      case LEFT, FORGOTTEN, EMPTIED -> false;
    };
  }

  /** True when an operator gave it up, for good. */
  public boolean isForgotten() {
    return switch (this) {
      case FORGOTTEN, EMPTIED -> true;
      case MEMBER, IMPORTING, LEFT -> false;
    };
  }
}
