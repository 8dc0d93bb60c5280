package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;

/** One step of a kill, for who ordered it. */
public sealed interface KillStep {
  SegmentKey segment();

  /** Nothing of the segment is alive; its tombstone and its end are durable. */
  record Proven(SegmentKey segment, Outcome outcome) implements KillStep {}

  /** Not yet proven, and why. */
  record Pending(SegmentKey segment, String reason) implements KillStep {}
}
