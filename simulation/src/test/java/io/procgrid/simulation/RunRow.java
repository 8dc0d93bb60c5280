package io.procgrid.simulation;

import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.RunRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the store has of a run. */
final class RunRow {
  final RunRequest request;
  final ProcDefinition proc;

  /** When its current incarnation was asked for, ms of virtual time. */
  long createdAtMillis;

  /** An auto-start entry. */
  boolean entry;

  /** Last cluster start in which the entry had its turn. */
  long taken;

  int incarnation;
  boolean cleared;
  @Nullable RunStatus status;
  @Nullable KillFacts intent;
  final List<Recovered.Segment> segments = new ArrayList<>();

  RunRow(Mutation.RunCreated created) {
    this.request = created.request();
    this.proc = created.proc();
    this.createdAtMillis = created.createdAtMillis();
    this.entry = created.request().executeAtStartup();
    this.taken = created.clusterStart();
    this.incarnation = entry ? 0 : 1;
  }

  /** An incarnation exists and not all of its ends are in the store. */
  boolean isUnfinished() {
    return incarnation > 0 && status == null;
  }

  /** A head begins without it: over, and its output is saved. */
  boolean isSettled() {
    return !isUnfinished() && segments.stream().allMatch(Recovered.Segment::outputSaved);
  }

  boolean allSegmentsEnded() {
    return segments.stream().allMatch(segment -> segment.status() != null);
  }

  void begin(int next, long atMillis) {
    incarnation = next;
    createdAtMillis = atMillis;
    cleared = false;
    status = null;
    intent = null;
    segments.clear();
  }

  void fix(Mutation.SegmentsFixed fixed) {
    for (int i = 0; i < fixed.dataSegmentIds().size(); i++) {
      segments.add(
          new Recovered.Segment(
              fixed.dataSegmentIds().get(i),
              fixed.workerNumbers().get(i),
              null,
              null,
              null,
              "",
              request.maxOutputLines() == 0));
    }
  }

  void place(int index, Placement placement) {
    Recovered.Segment old = segments.get(index);
    segments.set(
        index,
        new Recovered.Segment(
            old.dataSegmentId(),
            old.workerNumber(),
            placement,
            old.status(),
            old.outcome(),
            old.message(),
            old.outputSaved()));
  }

  void end(int index, RunStatus ended, @Nullable Outcome outcome) {
    Recovered.Segment old = segments.get(index);
    boolean mayHaveWritten = outcome != null && outcome.startedAtMillis() != 0;
    segments.set(
        index,
        new Recovered.Segment(
            old.dataSegmentId(),
            old.workerNumber(),
            old.placement(),
            ended,
            outcome,
            old.message(),
            old.outputSaved() || !mayHaveWritten));
  }

  void outputSaved(int index) {
    Recovered.Segment old = segments.get(index);
    segments.set(
        index,
        new Recovered.Segment(
            old.dataSegmentId(),
            old.workerNumber(),
            old.placement(),
            old.status(),
            old.outcome(),
            old.message(),
            true));
  }
}
