package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What happens when a worker comes and goes: its pending kills are told first, then its inventory
 * is compared with the registry, and only then may begin what waits there for a word.
 *
 * <p>Absence proves nothing: a segment that was dispatched and that the worker does not know is
 * started again under a new number, when no Start of it was ever confirmed; or it is over, when its
 * host has rebooted since; or it stays unproven, and the worker itself answers a kill of it.
 */
final class Reconciliation {
  private final CoreContext context;
  private final Workers workers;
  private final Runs runs;
  private final Killing killing;
  private final Starts starts;
  private final Endings endings;
  private final Settling settling;
  private final Imports imports;

  Reconciliation(
      CoreContext context,
      Workers workers,
      Runs runs,
      Killing killing,
      Starts starts,
      Endings endings,
      Settling settling,
      Imports imports) {
    this.context = context;
    this.workers = workers;
    this.runs = runs;
    this.killing = killing;
    this.starts = starts;
    this.endings = endings;
    this.settling = settling;
    this.imports = imports;
  }

  void connected(WorkerState worker, HeadEvent.LinkUp event) {
    worker.link = WorkerState.Link.CONNECTED;
    worker.bundles.clear();
    worker.bundles.addAll(event.bundles());
    worker.bundlesOnTheWay.clear();
    attach(worker);
    // A head that knows where its workers are dials them before they announce themselves.
    if (context.term.isBehind(null, event.highestRunId())
        || (!worker.hasBeenConnected && context.term.isNews(event.highestRunId()))) {
      context.term.useUp(event.highestRunId());
      workers.importAll();
    }
    worker.hasBeenConnected = true;
    killing.sendPending(worker);
    workers.fetchInventory(worker);
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
  void compare(WorkerState worker, HeadEvent.InventoryReceived received) {
    HeadEvent.InventoryReceived event =
        new HeadEvent.InventoryReceived(
            received.identity(), received.instance(), worker.still(received.items()));
    if (!worker.isConnected() || worker.importing || worker.beingForgotten) {
      // Asked again when that is over.
      return;
    }
    if (worker.isForgotten()) {
      empty(worker, event);
      return;
    }
    if (meetsRunOnItsWay(event) || imports.meetsEndOnItsWay(worker, event)) {
      context.after(CoreContext.RETRY_MILLIS, () -> workers.fetchInventory(worker));
      return;
    }
    if (imports.isDueFor(worker, event)) {
      endLost(worker, event);
      if (endings.areOnTheirWay(worker)) {
        // The next head must not meet them behind the import: it would start them again.
        context.after(CoreContext.RETRY_MILLIS, () -> workers.fetchInventory(worker));
      } else {
        imports.take(worker, event);
      }
      return;
    }
    Set<SegmentKey> known = new HashSet<>();
    List<SegmentKey> orphans = new ArrayList<>();
    worker.strangers.clear();
    for (HeadEvent.InventoryItem item : event.items()) {
      known.add(item.segment());
      compare(worker, item, orphans);
    }
    killOrphans(worker, orphans, "the head, where the run is unknown or over");
    worker.link = WorkerState.Link.READY;
    proceed(worker, event);
    for (Segment segment : List.copyOf(worker.segments.values())) {
      if (!known.contains(segment.journalKey)) {
        missing(worker, segment);
      } else {
        // Accepted, as far as its Start is not confirmed, may still fail to become durable.
        starts.send(segment);
      }
    }
    finishWhatIsOver(worker);
    endings.unknownEnds(worker);
    workers.arrived(worker);
  }

  /** A journal knows the id of a run that this head is just creating: from another future. */
  private boolean meetsRunOnItsWay(HeadEvent.InventoryReceived event) {
    for (HeadEvent.InventoryItem item : event.items()) {
      if (context.term.isOnItsWay(item.segment().runId())) {
        return true;
      }
    }
    return false;
  }

  private void compare(WorkerState worker, HeadEvent.InventoryItem item, List<SegmentKey> orphans) {
    Segment segment = runs.find(item.segment(), worker.identity());
    boolean over = item.state() == HeadEvent.InventoryItem.State.OVER;
    if (segment == null || segment.isNamesake()) {
      worker.strangers.add(item.segment());
    }
    if (segment != null && (over || segment.phase.mayLive())) {
      takeOver(worker, segment, item);
    } else if (over) {
      worker.endsOfOthers.put(item.segment(), outcomeOf(item));
      endings.terminated(worker, item.segment(), outcomeOf(item));
    } else {
      orphans.add(item.segment());
    }
  }

  /**
   * What the worker accepted and had not begun when it restarted waits for a head's word: a kill
   * may have been accepted here meanwhile. A process that it takes over may turn out not to have
   * begun.
   */
  private void proceed(WorkerState worker, HeadEvent.InventoryReceived event) {
    ImmutableList.Builder<SegmentKey> wanted = ImmutableList.builder();
    for (HeadEvent.InventoryItem item : event.items()) {
      Segment segment = runs.find(item.segment(), worker.identity());
      if (item.state() != HeadEvent.InventoryItem.State.OVER
          && segment != null
          && segment.phase.mayLive()
          && segment.run.intent == null) {
        wanted.add(item.segment());
      }
    }
    ImmutableList<SegmentKey> segments = wanted.build();
    if (!segments.isEmpty()) {
      context.outbox.add(
          new HeadEffect.SendProceed(worker.identity(), worker.instance(), segments));
    }
  }

  private void killOrphans(WorkerState worker, List<SegmentKey> orphans, String why) {
    if (!orphans.isEmpty()) {
      killing.send(worker, orphans, new KillFacts("", context.wallMillis(), why));
    }
  }

  /** Nothing of a worker that was forgotten is a run any more: it is killed, and kept nowhere. */
  private void empty(WorkerState worker, HeadEvent.InventoryReceived event) {
    List<SegmentKey> alive = new ArrayList<>();
    for (HeadEvent.InventoryItem item : event.items()) {
      if (item.state() == HeadEvent.InventoryItem.State.OVER) {
        endings.terminated(worker, item.segment(), outcomeOf(item));
      } else {
        alive.add(item.segment());
      }
    }
    killOrphans(worker, alive, "the head, which was told to forget the worker");
    if (!alive.isEmpty()) {
      context.after(CoreContext.RETRY_MILLIS, () -> workers.fetchInventory(worker));
    } else if (worker.record.standing() == WorkerStanding.FORGOTTEN) {
      workers.emptied(worker);
    }
  }

  /**
   * The store was restored: what it has placed here and the journal does not hold was over and
   * forgotten after the backup, or its Start was never accepted. Nothing of it lives, since the
   * journal answers in this head's epoch, which no earlier Start has; and nothing of it may run
   * again.
   */
  private void endLost(WorkerState worker, HeadEvent.InventoryReceived event) {
    Set<SegmentKey> known = new HashSet<>();
    event.items().forEach(item -> known.add(item.segment()));
    for (Segment segment : List.copyOf(worker.segments.values())) {
      if (segment.placedEarlier
          && segment.phase.mayLive()
          && segment.run.intent == null
          && !known.contains(segment.journalKey)) {
        endings.terminated(worker, segment.journalKey, lostToRestore(worker, segment));
      }
    }
  }

  private void missing(WorkerState worker, Segment segment) {
    if (segment.phase == SegmentPhase.PLACED && !segment.isNamesake()) {
      // No Start of it was ever accepted there, and one that is still on its way has a lower
      // number.
      starts.send(segment);
    } else if (segment.phase.mayLive() && hasRebooted(segment.requirePlacement(), worker)) {
      endings.terminated(worker, segment.journalKey, lostToReboot(segment));
    } else if (segment.phase.mayLive()) {
      segment.message =
          "not proven to be over: the journal of %s no longer holds it; a kill makes the worker look for it"
              .formatted(worker);
    }
  }

  /** The same machine, booted since: nothing that an earlier process of the worker began lives. */
  private static boolean hasRebooted(Placement then, WorkerState worker) {
    Placement now = worker.placement();
    return !then.instance().equals(now.instance())
        && then.machine().equals(now.machine())
        && !then.machine().equals("/")
        && !then.bootId().isEmpty()
        && !now.bootId().isEmpty()
        && !then.bootId().equals(now.bootId());
  }

  private Outcome lostToReboot(Segment segment) {
    return lost(segment, "the host rebooted while it ran, nothing of it is alive");
  }

  private Outcome lostToRestore(WorkerState worker, Segment segment) {
    return lost(
        segment,
        "the store was restored from a backup of when this was placed on worker %d, which has nothing of it any more; it may have run"
            .formatted(worker.number()));
  }

  private Outcome lost(Segment segment, String reason) {
    return new Outcome(
        Outcome.Kind.ENDED,
        new ExitStatus.Lost(reason),
        "",
        segment.startedAtMillis,
        context.wallMillis(),
        0,
        null);
  }

  private void takeOver(WorkerState worker, Segment segment, HeadEvent.InventoryItem item) {
    switch (item.state()) {
      case OVER -> endings.terminated(worker, segment.journalKey, outcomeOf(item));
      case RUNNING -> {
        segment.phase = SegmentPhase.RUNNING;
        segment.startedAtMillis = item.startedAtMillis();
      }
      case ACCEPTED -> {
        // What stands for a run of the same id is never started from here.
        if (segment.phase == SegmentPhase.PLACED && segment.isNamesake()) {
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
          settling.fetchOrForget(segment);
        }
      }
    }
  }
}
