package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;

/** What a Watch tells the head. */
public sealed interface Notice {
  /** Alive and nothing to say. */
  record Heartbeat(boolean degraded) implements Notice {}

  /** A process of the segment runs user code. */
  record Started(SegmentKey segment, long pid, long startedAtMillis) implements Notice {}

  /** The segment is over and nothing of it is alive; durable in the journal. */
  record Terminated(SegmentKey segment, Outcome outcome) implements Notice {}

  /** A kill is not yet proven, and why. */
  record KillPending(SegmentKey segment, String reason) implements Notice {}
}
