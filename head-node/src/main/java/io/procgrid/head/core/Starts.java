package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.KillFacts;
import java.util.List;

/**
 * Has placed segments started, each once: dispatch numbers grow, a Start without an answer is sent
 * again under a new one.
 */
final class Starts {
  private final CoreContext context;
  private final Workers workers;
  private final Runs runs;
  private final Killing killing;

  Starts(CoreContext context, Workers workers, Runs runs, Killing killing) {
    this.context = context;
    this.workers = workers;
    this.runs = runs;
    this.killing = killing;
  }

  /**
   * Sends the Start of a segment, if it is placed and its worker can take it; harmless otherwise.
   */
  void send(Segment segment) {
    if (segment.phase != SegmentPhase.PLACED || segment.startInFlight || segment.placingAnew) {
      return;
    }
    if (segment.run.intent != null) {
      killing.carryOut(segment.run);
      return;
    }
    WorkerState worker = workers.find(segment.requirePlacement().identity());
    if (worker == null || worker.link != WorkerState.Link.READY) {
      return;
    }
    if (!segment.requirePlacement().instance().equals(worker.instance())) {
      placeAnew(segment, worker);
      return;
    }
    String bundle = segment.run.proc.bundleHash();
    if (!worker.bundles.contains(bundle)) {
      if (worker.bundlesOnTheWay.add(bundle)) {
        context.outbox.add(new HeadEffect.PutBundle(worker.identity(), worker.instance(), bundle));
      }
      return;
    }
    segment.lastDispatchNumber = ++worker.lastDispatchNumber;
    segment.startInFlight = true;
    segment.placedEarlier = false;
    context.outbox.add(
        new HeadEffect.SendStart(
            worker.identity(),
            worker.instance(),
            ImmutableList.of(
                new HeadEffect.StartOrder(
                    segment.key, segment.lastDispatchNumber, segment.run.spec(segment)))));
  }

  /**
   * The worker's process is another than at the placement, its journal the same and without the
   * segment.
   */
  private void placeAnew(Segment segment, WorkerState worker) {
    Placement placement = worker.placement();
    segment.placingAnew = true;
    context.outbox.persist(
        List.of(new Mutation.SegmentPlaced(segment.key, placement)),
        () -> {
          segment.placingAnew = false;
          segment.placement = placement;
          send(segment);
        },
        reason -> {
          segment.placingAnew = false;
          context.after(CoreContext.RETRY_MILLIS, () -> send(segment));
        });
  }

  void answered(WorkerState worker, HeadEvent.StartAnswered event) {
    for (HeadEvent.StartAnswer answer : event.answers()) {
      Segment segment = runs.find(answer.segment(), worker.identity());
      if (segment != null && segment.lastDispatchNumber == answer.dispatchNumber()) {
        segment.startInFlight = false;
        if (segment.phase == SegmentPhase.PLACED) {
          decided(worker, segment, answer);
        }
      }
    }
  }

  private void decided(WorkerState worker, Segment segment, HeadEvent.StartAnswer answer) {
    switch (answer.decision()) {
      case ACCEPTED, ALREADY_ACCEPTED -> {
        segment.phase = SegmentPhase.ACCEPTED;
        segment.message = "";
      }
      case STALE -> send(segment);
      case TOMBSTONE -> {
        // A kill that this head did not send came first; the worker tells by whom together with the
        // proof.
        KillFacts facts = new KillFacts("", context.wallMillis(), "an earlier kill on the worker");
        killing.send(worker, List.of(segment.key), facts);
      }
      case REJECTED -> {
        segment.message = "%s has not taken it yet: %s".formatted(worker, answer.detail());
        worker.bundles.remove(segment.run.proc.bundleHash());
        context.after(CoreContext.RETRY_MILLIS, () -> send(segment));
      }
    }
  }

  void unanswered(WorkerState worker, HeadEvent.StartUnanswered event) {
    for (SegmentKey key : event.segments()) {
      Segment segment = runs.find(key, worker.identity());
      if (segment != null) {
        segment.startInFlight = false;
        context.after(CoreContext.RETRY_MILLIS, () -> send(segment));
      }
    }
  }

  void started(WorkerState worker, HeadEvent.SegmentStarted event) {
    Segment segment = runs.find(event.segment(), worker.identity());
    if (segment != null && segment.phase.mayLive()) {
      segment.phase = SegmentPhase.RUNNING;
      segment.startedAtMillis = event.startedAtMillis();
      segment.message = "";
    } else {
      // An inventory did not list it: its acceptance was not durable yet, or its Start on its way.
      workers.fetchInventorySoon(worker);
    }
  }

  void bundleDelivered(WorkerState worker, String hash) {
    worker.bundlesOnTheWay.remove(hash);
    worker.bundles.add(hash);
    sendAllOf(worker);
  }

  void bundleFailed(WorkerState worker, HeadEvent.BundleFailed event) {
    worker.bundlesOnTheWay.remove(event.hash());
    for (Segment segment : worker.segments.values()) {
      if (segment.phase == SegmentPhase.PLACED
          && segment.run.proc.bundleHash().equals(event.hash())) {
        segment.message =
            "the proc's files could not be brought to %s yet: %s".formatted(worker, event.reason());
      }
    }
    context.after(CoreContext.RETRY_MILLIS, () -> sendAllOf(worker));
  }

  /** Sends what is placed on the worker and not yet confirmed. */
  void sendAllOf(WorkerState worker) {
    for (Segment segment : List.copyOf(worker.segments.values())) {
      send(segment);
    }
  }
}
