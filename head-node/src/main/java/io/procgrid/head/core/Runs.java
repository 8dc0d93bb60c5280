package io.procgrid.head.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The runs on the heap: all that are not over, and those over that still have something to be
 * fetched or forgotten.
 */
final class Runs {
  private final Workers workers;
  private final TreeMap<Long, Run> byId = new TreeMap<>();

  Runs(Workers workers) {
    this.workers = workers;
  }

  void put(Run run) {
    byId.put(run.runId, run);
  }

  void remove(Run run) {
    byId.remove(run.runId, run);
  }

  @Nullable Run find(long runId) {
    return byId.get(runId);
  }

  /**
   * The segment that a worker means by a key of its journal, or null when the heap has none of that
   * name that is placed there.
   */
  @Nullable Segment find(SegmentKey journalKey, WorkerIdentity worker) {
    Run run = byId.get(journalKey.runId());
    if (run == null) {
      return null;
    }
    // A run that was imported may have some of its segments only: usually the number is the place.
    int likely = journalKey.segment();
    if (likely < run.segments.size() && isLikely(run.segments.get(likely), journalKey, worker)) {
      return run.segments.get(likely);
    }
    Segment over = null;
    for (Segment segment : run.segments) {
      if (means(segment, journalKey, worker)) {
        if (!segment.phase.ended()) {
          return segment;
        }
        // The own one came later: it was placed when the worker had forgotten the namesake.
        over = over == null || over.isNamesake() ? segment : over;
      }
    }
    return over;
  }

  /** Once a namesake is over and forgotten, its name may stand for the run's own segment. */
  private static boolean isLikely(Segment segment, SegmentKey journalKey, WorkerIdentity worker) {
    return !segment.phase.ended() && means(segment, journalKey, worker);
  }

  private static boolean means(Segment segment, SegmentKey journalKey, WorkerIdentity worker) {
    return segment.journalKey.equals(journalKey) && segment.isPlacedOn(worker);
  }

  /** By ascending id. */
  Collection<Run> all() {
    return byId.values();
  }

  List<Run> matching(Selector selector) {
    Long runId = selector.runId();
    if (runId != null) {
      Run run = byId.get(runId);
      return run != null && matches(run, selector) ? List.of(run) : List.of();
    }
    List<Run> matching = new ArrayList<>();
    for (Run run : byId.values()) {
      if (matches(run, selector)) {
        matching.add(run);
      }
    }
    return matching;
  }

  private boolean matches(Run run, Selector selector) {
    return (selector.runTag().isEmpty() || selector.runTag().equals(run.runTag))
        && (selector.procName().isEmpty() || selector.procName().equals(run.proc.name()))
        && (selector.worker().isEmpty() || isOn(run, selector.worker()));
  }

  private boolean isOn(Run run, String worker) {
    for (Segment segment : run.segments) {
      if (Integer.toString(segment.workerNumber).equals(worker)) {
        return true;
      }
      WorkerState state = workers.find(segment.workerNumber);
      if (state != null && state.identity().value().equals(worker)) {
        return true;
      }
    }
    return false;
  }
}
