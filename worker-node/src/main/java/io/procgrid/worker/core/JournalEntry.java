package io.procgrid.worker.core;

import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.process.ProcessRecord;

/** What the core wants durable. */
public sealed interface JournalEntry {
  /** About the worker as a whole. */
  sealed interface OfWorker extends JournalEntry {}

  /** About one segment. */
  sealed interface OfSegment extends JournalEntry {
    SegmentKey segment();
  }

  /** The journal belongs to this cluster, for good. */
  record ClusterJoined(ClusterId clusterId) implements OfWorker {}

  /** The highest epoch; its dispatch numbers begin anew. */
  record TermOpened(Epoch epoch) implements OfWorker {}

  /** The segment will run. Space for its tombstone and its end is reserved with it. */
  record Accepted(SegmentKey segment, Epoch epoch, long dispatchNumber, SegmentSpec spec)
      implements OfSegment {}

  /** Its process exists and is held at the gate. */
  record ProcessRecorded(SegmentKey segment, ProcessRecord process) implements OfSegment {}

  /**
   * A kill was ordered: this incarnation and all before never run again. Makes an entry when there
   * is none; takes the place of an earlier one of the segment.
   *
   * @param epochCounter term in which it was ordered; 0 before the first
   */
  record Tombstoned(SegmentKey segment, long epochCounter, Tombstone tombstone)
      implements OfSegment {}

  /** Nothing of it is alive. */
  record Ended(SegmentKey segment, Outcome outcome) implements OfSegment {}

  /** Nothing of it is to be kept, its output included. */
  record Forgotten(SegmentKey segment) implements OfSegment {}
}
