package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.KillFacts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What workers found on their hosts of workers that are gone, whose journals may be lost for good:
 * killed through the finder, whose proof then counts for the segment.
 *
 * <p>Left alone is what is of no worker of this cluster, and what is of one that is connected: its
 * own journal answers.
 */
final class LeftoverKills {
  private record Name(WorkerIdentity lost, SegmentKey segment) {}

  private final CoreContext context;
  private final Workers workers;
  private final Runs runs;
  private final Endings endings;
  private final Map<Name, WorkerState> finders = new HashMap<>();

  LeftoverKills(CoreContext context, Workers workers, Runs runs, Endings endings) {
    this.context = context;
    this.workers = workers;
    this.runs = runs;
    this.endings = endings;
  }

  void found(WorkerState finder, HeadEvent.LeftoversFound event) {
    finders.values().removeIf(finder::equals);
    for (HeadEvent.Leftover leftover : event.leftovers()) {
      WorkerState lost = workers.find(leftover.lost());
      if (lost == null) {
        continue;
      }
      for (SegmentKey key : leftover.segments()) {
        finders.put(new Name(leftover.lost(), key), finder);
        if (!lost.isConnected()) {
          consider(lost, key, finder);
        }
      }
    }
  }

  /** A worker went away: what was found of it before that was known counts now. */
  void away(WorkerState lost) {
    Map.copyOf(finders)
        .forEach((name, finder) -> {
          if (name.lost.equals(lost.identity()) && finder.isConnected()) {
            consider(lost, name.segment, finder);
          }
        });
  }

  private void consider(WorkerState lost, SegmentKey key, WorkerState finder) {
    Segment segment = runs.find(key, lost.identity());
    if (segment == null || !segment.phase.mayLive()) {
      if (isOrphan(lost, key)) {
        String why = "the head, where the run is unknown or over";
        send(finder, lost.identity(), key, new KillFacts("", context.wallMillis(), why));
      }
      return;
    }
    segment.message =
        "%s is gone, and its journal may be lost; its process lives on host %s, found by %s"
            .formatted(lost, finder.record.host().hostName(), finder);
    kill(segment);
  }

  /** Of an unbroken history only: there whatever lives of a run that is not over has its place. */
  private boolean isOrphan(WorkerState lost, SegmentKey key) {
    Run run = runs.find(key.runId());
    boolean hasLostItsPlace = run != null && !run.isOver() && run.incarnation <= key.incarnation();
    return lost.record.standing() != WorkerStanding.IMPORTING
        && context.term.hasGivenAway(key.runId())
        && !hasLostItsPlace;
  }

  /** Has a leftover killed whose run is to die; does nothing for what no worker found. */
  void kill(Segment segment) {
    WorkerState finder = finderOf(segment);
    KillIntent intent = segment.run.intent;
    if (finder != null && intent != null) {
      send(finder, segment.requirePlacement().identity(), segment.journalKey, intent.facts());
    }
  }

  private void send(WorkerState finder, WorkerIdentity lost, SegmentKey key, KillFacts facts) {
    context.outbox.add(
        new HeadEffect.KillLeftover(
            finder.identity(), finder.instance(), lost, ImmutableList.of(key), facts));
  }

  /** The connected worker that found the segment of a worker that is gone, or null. */
  @Nullable WorkerState finderOf(Segment segment) {
    Placement placement = segment.requirePlacement();
    WorkerState finder = finders.get(new Name(placement.identity(), segment.journalKey));
    WorkerState lost = workers.find(placement.identity());
    boolean useful = finder != null && finder.isConnected() && lost != null && !lost.isConnected();
    return useful ? finder : null;
  }

  void terminated(HeadEvent.LeftoverTerminated event) {
    finders.remove(new Name(event.lost(), event.segment()));
    WorkerState lost = workers.find(event.lost());
    if (lost != null && !lost.isConnected() && runs.find(event.segment(), event.lost()) != null) {
      endings.terminated(lost, event.segment(), event.outcome());
    }
  }

  void blocked(HeadEvent.LeftoverBlocked event) {
    Segment segment = runs.find(event.segment(), event.lost());
    if (segment != null && segment.phase.mayLive()) {
      segment.killBlocked = event.reason();
      segment.message = "kill pending: " + event.reason();
    }
  }

  void unanswered(HeadEvent.LeftoverUnanswered event) {
    context.after(CoreContext.RETRY_MILLIS, () -> again(event.lost(), event.segments()));
  }

  private void again(WorkerIdentity lost, List<SegmentKey> segments) {
    for (SegmentKey key : segments) {
      Segment segment = runs.find(key, lost);
      if (segment != null && segment.phase.mayLive()) {
        kill(segment);
      }
    }
  }
}
