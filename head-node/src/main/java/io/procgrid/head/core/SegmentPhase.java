package io.procgrid.head.core;

/**
 * Where a segment stands.
 *
 * <pre>
 *   WAITING ─► PLACING ─► PLACED ─► ACCEPTED ─► RUNNING ─► ENDING ─► OVER
 *      │          │  ▲       │ ▲        │                    ▲
 *      │          └──┘       └─┘        └────────────────────┤
 *      └──── killed while it waited ─────────────────────────┘
 * </pre>
 */
enum SegmentPhase {
  /** It has no placement in the store: no process of it can exist anywhere. */
  WAITING,
  /** Its placement is on the way into the store; no Start of it has left. */
  PLACING,
  /** Its placement is durable; a Start may have left, the worker has not confirmed any. */
  PLACED,
  /** The worker's journal holds it. */
  ACCEPTED,
  /** Its process executes user code. */
  RUNNING,
  /** Proven over; the end is on the way into the store. */
  ENDING,
  /** Its end is in the store. */
  OVER;

  /** True while a process of it may exist. */
  boolean mayLive() {
    return switch (this) {
      case PLACED, ACCEPTED, RUNNING -> true;
      case WAITING, PLACING, ENDING, OVER -> false;
    };
  }

  /** True when it takes up a place on its worker. */
  boolean occupies() {
    return mayLive() || this == PLACING;
  }

  /** True when it is proven that nothing of it lives nor ever will. */
  boolean ended() {
    return this == ENDING || this == OVER;
  }
}
