package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.KillIntent;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.RunRequest;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the store has of a run. */
final class RunRow {
  final RunRequest request;
  final ProcDefinition proc;

  /** When its current incarnation was asked for, or imported, ms of virtual time. */
  long createdAtMillis;

  /** An auto-start entry. */
  boolean entry;

  /** Last cluster start in which the entry had its turn. */
  long taken;

  int incarnation;
  boolean cleared;

  /** Made again of what a journal held. */
  boolean imported;

  @Nullable RunStatus status;
  @Nullable KillIntent intent;

  /** By their numbers, which have gaps in a run that was imported. */
  final TreeMap<Integer, Recovered.Segment> segments = new TreeMap<>();

  RunRow(Mutation.RunCreated created) {
    this.request = created.request();
    this.proc = created.proc();
    this.createdAtMillis = created.createdAtMillis();
    this.entry = created.request().executeAtStartup();
    this.taken = created.clusterStart();
    this.incarnation = entry ? 0 : 1;
  }

  RunRow(Mutation.RunImported imported) {
    this.request = imported.request();
    this.proc = imported.proc();
    this.incarnation = imported.incarnation();
    this.createdAtMillis = imported.atMillis();
    this.imported = true;
  }

  /** What a backup keeps. */
  RunRow(RunRow other) {
    request = other.request;
    proc = other.proc;
    createdAtMillis = other.createdAtMillis;
    entry = other.entry;
    taken = other.taken;
    incarnation = other.incarnation;
    cleared = other.cleared;
    imported = other.imported;
    status = other.status;
    intent = other.intent;
    segments.putAll(other.segments);
  }

  /** An incarnation exists and not all of its ends are in the store. */
  boolean isUnfinished() {
    return incarnation > 0 && status == null;
  }

  /** A head begins without it: over, and its output is saved. */
  boolean isSettled() {
    return !isUnfinished() && segments.values().stream().allMatch(Recovered.Segment::outputSaved);
  }

  boolean allSegmentsEnded() {
    return segments.values().stream().allMatch(segment -> segment.status() != null);
  }

  /** The segment that a worker means by a key of its journal, or null. */
  Recovered.@Nullable Segment standing(Place place) {
    SegmentKey key = place.segment();
    Recovered.Segment likely = segments.get(key.segment());
    if (likely != null && likely.status() == null && means(likely, place)) {
      return likely;
    }
    Recovered.Segment over = null;
    for (Recovered.Segment segment : segments.values()) {
      if (means(segment, place)) {
        if (segment.status() == null) {
          return segment;
        }
        over = segment;
      }
    }
    return over;
  }

  private boolean means(Recovered.Segment segment, Place place) {
    return place.equals(placeOf(place.segment().runId(), segment));
  }

  /** Where the segment was placed, by its name there; null when it never was. */
  @Nullable Place placeOf(long runId, Recovered.Segment segment) {
    Placement placement = segment.placement();
    if (placement == null) {
      return null;
    }
    SegmentKey namesake = segment.namesake();
    return new Place(
        placement.identity(),
        namesake == null ? new SegmentKey(runId, incarnation, segment.number()) : namesake);
  }

  void begin(int next, long atMillis) {
    incarnation = next;
    createdAtMillis = atMillis;
    cleared = false;
    imported = false;
    status = null;
    intent = null;
    segments.clear();
  }

  void fix(Mutation.SegmentsFixed fixed) {
    for (int i = 0; i < fixed.dataSegmentIds().size(); i++) {
      segments.put(
          i,
          new Recovered.Segment(
              i,
              null,
              fixed.dataSegmentIds().get(i),
              fixed.workerNumbers().get(i),
              null,
              null,
              null,
              "",
              request.maxOutputLines() == 0));
    }
  }

  void place(int number, Placement placement) {
    segments.computeIfPresent(
        number, (key, old) -> with(old, placement, old.status(), old.outcome(), old.outputSaved()));
  }

  void end(int number, RunStatus ended, @Nullable Outcome outcome) {
    boolean mayHaveWritten = outcome != null && outcome.startedAtMillis() != 0;
    segments.computeIfPresent(
        number,
        (key, old) ->
            with(old, old.placement(), ended, outcome, old.outputSaved() || !mayHaveWritten));
  }

  void outputSaved(int number) {
    segments.computeIfPresent(
        number, (key, old) -> with(old, old.placement(), old.status(), old.outcome(), true));
  }

  private static Recovered.Segment with(
      Recovered.Segment old,
      @Nullable Placement placement,
      @Nullable RunStatus status,
      @Nullable Outcome outcome,
      boolean outputSaved) {
    return new Recovered.Segment(
        old.number(),
        old.namesake(),
        old.dataSegmentId(),
        old.workerNumber(),
        placement,
        status,
        outcome,
        old.message(),
        outputSaved);
  }

  /** Something lives under the id of this run, which was over. */
  void reopen(long atMillis) {
    createdAtMillis = atMillis;
    imported = true;
    cleared = false;
    status = null;
    intent = null;
  }

  void bringBack(Mutation.SegmentImported segment) {
    segments.put(
        segment.segment().segment(),
        new Recovered.Segment(
            segment.segment().segment(),
            segment.journalKey().equals(segment.segment()) ? null : segment.journalKey(),
            segment.dataSegmentId(),
            segment.workerNumber(),
            segment.placement(),
            null,
            null,
            segment.message(),
            request.maxOutputLines() == 0));
  }
}
