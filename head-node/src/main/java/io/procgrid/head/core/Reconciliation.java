package io.procgrid.head.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What happens when a worker comes and goes: its pending kills are told first, then its inventory
 * is compared with the registry. Absence proves nothing: a segment that the worker does not know is
 * started again under a new number, or its kill is answered by the worker itself.
 */
final class Reconciliation {
  private final CoreContext context;
  private final Workers workers;
  private final Runs runs;
  private final Killing killing;
  private final Starts starts;
  private final Endings endings;

  Reconciliation(
      CoreContext context,
      Workers workers,
      Runs runs,
      Killing killing,
      Starts starts,
      Endings endings) {
    this.context = context;
    this.workers = workers;
    this.runs = runs;
    this.killing = killing;
    this.starts = starts;
    this.endings = endings;
  }

  void connected(WorkerState worker, HeadEvent.LinkUp event) {
    worker.link = WorkerState.Link.CONNECTED;
    worker.bundles.clear();
    worker.bundles.addAll(event.bundles());
    worker.bundlesOnTheWay.clear();
    attach(worker);
    killing.sendPending(worker);
    context.outbox.add(new HeadEffect.FetchInventory(worker.identity(), worker.instance()));
  }

  /** Segments of before the head's start: the store had the placement, maybe not yet the worker. */
  private void attach(WorkerState worker) {
    for (Run run : runs.all()) {
      for (Segment segment : run.segments) {
        if (segment.phase.mayLive()
            && segment.isPlacedOn(worker.identity())
            && !worker.segments.containsKey(segment.key)) {
          worker.occupy(segment);
        }
      }
    }
  }

  /** Compares what the worker's journal holds with the registry; it may be given work then. */
  void compare(WorkerState worker, HeadEvent.InventoryReceived event) {
    Set<SegmentKey> known = new HashSet<>();
    List<SegmentKey> orphans = new ArrayList<>();
    for (HeadEvent.InventoryItem item : event.items()) {
      known.add(item.segment());
      Segment segment = runs.find(item.segment());
      boolean over = item.state() == HeadEvent.InventoryItem.State.OVER;
      if (segment != null
          && segment.isPlacedOn(worker.identity())
          && (over || segment.phase.mayLive())) {
        takeOver(worker, segment, item);
      } else if (over) {
        endings.terminated(worker, item.segment(), outcomeOf(item));
      } else {
        orphans.add(item.segment());
      }
    }
    if (!orphans.isEmpty()) {
      killing.send(
          worker,
          orphans,
          new KillFacts("", context.wallMillis(), "the head, where the run is unknown or over"));
    }
    worker.link = WorkerState.Link.READY;
    for (Segment segment : List.copyOf(worker.segments.values())) {
      if (!known.contains(segment.key)) {
        missing(worker, segment);
      }
    }
    finishWhatIsOver(worker);
    workers.arrived(worker);
  }

  private void missing(WorkerState worker, Segment segment) {
    if (segment.phase == SegmentPhase.PLACED) {
      // No Start of it was ever accepted there, and one that is still on its way has a lower
      // number.
      starts.send(segment);
    } else if (segment.phase.mayLive()) {
      // It was accepted, and now the journal does not hold it: nobody can say whether it lives.
      segment.message = "the journal of %s no longer holds it".formatted(worker);
    }
  }

  private void takeOver(WorkerState worker, Segment segment, HeadEvent.InventoryItem item) {
    switch (item.state()) {
      case OVER -> endings.terminated(worker, segment.key, outcomeOf(item));
      case RUNNING -> {
        segment.phase = SegmentPhase.RUNNING;
        segment.startedAtMillis = item.startedAtMillis();
      }
      case ACCEPTED -> {
        if (segment.phase == SegmentPhase.PLACED) {
          segment.phase = SegmentPhase.ACCEPTED;
        }
      }
    }
  }

  private static Outcome outcomeOf(HeadEvent.InventoryItem item) {
    Outcome outcome = item.outcome();
    if (outcome == null) {
      throw new IllegalArgumentException(
          "segment %s is over without an outcome".formatted(item.segment()));
    }
    return outcome;
  }

  /**
   * Output not yet fetched, segments not yet forgotten: the connection may have broken in between.
   */
  private void finishWhatIsOver(WorkerState worker) {
    for (Run run : List.copyOf(runs.all())) {
      for (Segment segment : run.segments) {
        if (segment.phase == SegmentPhase.OVER && segment.isPlacedOn(worker.identity())) {
          endings.fetchOrForget(segment);
        }
      }
    }
  }
}
