package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;

/**
 * A segment as the journal of one worker names it. After a store was restored, the same name can
 * mean different segments in different journals.
 */
record Place(WorkerIdentity worker, SegmentKey segment) {
  @Override
  public String toString() {
    return segment + " of " + worker.value();
  }
}
