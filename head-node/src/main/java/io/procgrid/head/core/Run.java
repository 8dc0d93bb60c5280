package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.RunStatus;
import io.procgrid.common.run.SegmentSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of a run, durable in the store, that is not over or whose output is still at its
 * workers. Mutable; touched by the core only.
 */
final class Run {
  final long runId;
  final int incarnation;
  final ProcDefinition proc;
  final String runTag;
  final ImmutableMap<String, String> params;
  final int maxOutputLines;

  /** Empty while not fixed. */
  final List<Segment> segments = new ArrayList<>();

  /**
   * Set by the first kill that selects it and never taken back before it is over: nothing of it is
   * dispatched from then on.
   */
  @Nullable KillIntent intent;

  /**
   * When its grace is over as far as the head knows, on the core's clock, ms; set with the intent.
   */
  long graceEndsMillis;

  /** The intent is in the store. */
  boolean intentStored;

  /** Final status; null while a segment is not proven over. */
  @Nullable RunStatus status;

  /**
   * Accepted by this head, not by one before it. An incarnation of an entry never counts as that: a
   * journal of before a restore may hold the same.
   */
  boolean acceptedInThisTerm;

  /** The final status is on its way into the store. */
  boolean endOnItsWay;

  /** The final status is in the store, after the ends of all segments. */
  boolean endStored;

  /** Its segments are on the way into the store. */
  boolean fixing;

  /** What the store has of it is on the way out: nothing more is saved. */
  boolean cleared;

  /** Kill calls to tell when its end is stored. */
  final List<KillRequest> killers = new ArrayList<>();

  /** Queries to tell when its end is stored. */
  final List<RunQueries.Wait> waits = new ArrayList<>();

  Run(long runId, int incarnation, ProcDefinition proc, RunRequest request) {
    this.runId = runId;
    this.incarnation = incarnation;
    this.proc = proc;
    this.runTag = request.runTag();
    this.params = request.params();
    this.maxOutputLines = request.maxOutputLines();
  }

  boolean isDistributed() {
    return proc.mode() == ExecutionMode.DISTRIBUTED;
  }

  boolean isOver() {
    return status != null;
  }

  /**
   * Something lives under its id, though all that it began is over by itself: it is not over before
   * that is. A kill that it outran was not meant for what nobody knew.
   */
  void reopen() {
    status = null;
    endOnItsWay = false;
    endStored = false;
    intent = null;
    intentStored = false;
  }

  /** True while nothing of it was ever dispatched. */
  boolean waits() {
    if (isOver()) {
      return false;
    }
    for (Segment segment : segments) {
      if (segment.phase.compareTo(SegmentPhase.PLACING) > 0) {
        return false;
      }
    }
    return true;
  }

  /** True when its own segments are known. */
  boolean isFixed() {
    for (Segment segment : segments) {
      if (!segment.isNamesake()) {
        return true;
      }
    }
    return false;
  }

  /** How many segments it has that are its own. */
  int ownSegments() {
    int own = 0;
    for (Segment segment : segments) {
      own += segment.isNamesake() ? 0 : 1;
    }
    return own;
  }

  boolean allSegmentsEnded() {
    for (Segment segment : segments) {
      if (!segment.phase.ended()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Error if any segment was abandoned, since it may live; killed if the kill ended any, or came
   * before it had any of its own; else error if any erred, else complete.
   */
  RunStatus rollUp() {
    RunStatus result = RunStatus.COMPLETE;
    for (Segment segment : segments) {
      if (segment.abandoned) {
        return RunStatus.ERROR;
      }
    }
    if (!isFixed()) {
      return RunStatus.KILLED;
    }
    for (Segment segment : segments) {
      if (segment.status == RunStatus.KILLED) {
        return RunStatus.KILLED;
      }
      if (segment.status == RunStatus.ERROR) {
        result = RunStatus.ERROR;
      }
    }
    return result;
  }

  /** True when the heap has nothing left to do for it. */
  boolean isSettled() {
    if (!endStored) {
      return false;
    }
    for (Segment segment : segments) {
      if (!segment.outputSaved || !segment.forgotten) {
        return false;
      }
    }
    return true;
  }

  SegmentSpec spec(Segment segment) {
    return new SegmentSpec(
        proc.name(),
        segment.dataSegmentId,
        ownSegments(),
        proc.bundleHash(),
        proc.command(),
        proc.arguments(),
        params,
        proc.environment(),
        proc.waitForTree(),
        maxOutputLines);
  }

  RunView view(String waiting) {
    boolean waits = waits();
    ImmutableList.Builder<RunView.SegmentView> views = ImmutableList.builder();
    if (!waits) {
      segments.forEach(segment -> views.add(segment.view()));
    }
    RunStatus shown = endStored && status != null ? status : RunStatus.RUNNING;
    return new RunView(runId, incarnation, shown, waits ? waiting : "", views.build());
  }
}
