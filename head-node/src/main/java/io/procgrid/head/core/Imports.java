package io.procgrid.head.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.RunStatus;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.head.core.HeadEvent.InventoryItem.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes runs again of what a worker's journal holds and the store does not know, since it was
 * restored from a backup: so they are listed and can be killed, and nothing kills them by itself.
 *
 * <p>All of one worker go into the store in one transaction, together with the note that its
 * journal is imported: a crash in between has it done again.
 */
final class Imports {
  /** Where the numbers of namesakes begin within their runs: no run has so many segments. */
  private static final int NAMESAKES = 1_000_000;

  private final CoreContext context;
  private final Workers workers;
  private final Runs runs;
  private final AutoStart autoStart;
  private final Killing killing;

  /** One worker's import is on the way into the store: it may make runs of which others know. */
  private boolean underWay;

  /** Workers whose inventory is asked for again then. */
  private final Set<WorkerState> postponed = new LinkedHashSet<>();

  Imports(CoreContext context, Workers workers, Runs runs, AutoStart autoStart, Killing killing) {
    this.context = context;
    this.workers = workers;
    this.runs = runs;
    this.autoStart = autoStart;
    this.killing = killing;
  }

  /**
   * True when the journal holds what an unbroken history does not allow: a run whose id was never
   * given away, or something of a run that is not over, or lives though its run completed, where
   * the store has not placed it.
   */
  boolean isDueFor(WorkerState worker, HeadEvent.InventoryReceived inventory) {
    if (worker.record.standing() == WorkerStanding.IMPORTING) {
      return true;
    }
    for (HeadEvent.InventoryItem item : inventory.items()) {
      if (isStrange(worker, item)) {
        return true;
      }
    }
    return false;
  }

  private boolean isStrange(WorkerState worker, HeadEvent.InventoryItem item) {
    SegmentKey key = item.segment();
    if (!context.term.hasGivenAway(key.runId())) {
      return true;
    }
    Run run = runs.find(key.runId());
    if (run == null) {
      // Another journal may have used the id up meanwhile: that makes it no run of this store.
      return item.state() != State.OVER && !context.term.isOwn(key.runId()) && !wasKilled(key);
    }
    if (run.incarnation > key.incarnation() || runs.find(key, worker.identity()) != null) {
      return false;
    }
    if (run.isOver()) {
      return item.state() != State.OVER && endedByItself(run);
    }
    return item.state() != State.OVER
        || (!isToBeForgotten(worker, item) && ownSegment(run, item) != null);
  }

  /**
   * True while the store has not yet, or just no longer, the end of a run under whose id something
   * lives: what becomes of it is known when it has.
   */
  boolean meetsEndOnItsWay(WorkerState worker, HeadEvent.InventoryReceived inventory) {
    for (HeadEvent.InventoryItem item : inventory.items()) {
      Run run = runs.find(item.segment().runId());
      if (run != null
          && run.isOver()
          && (!run.endStored || run.cleared)
          && item.state() != State.OVER
          && !isKnown(worker, item)) {
        return true;
      }
    }
    return false;
  }

  /** Only a kill ends a run that has no segments of its own. */
  private static boolean endedByItself(Run run) {
    return run.status != RunStatus.KILLED && run.isFixed();
  }

  /** Takes over what the store does not know to be there; asks for the inventory again then. */
  void take(WorkerState worker, HeadEvent.InventoryReceived inventory) {
    if (underWay) {
      postponed.add(worker);
      return;
    }
    underWay = true;
    if (worker.record.standing() != WorkerStanding.IMPORTING) {
      workers.importAll();
    }
    Map<Segment, HeadEvent.InventoryItem> taken = new LinkedHashMap<>();
    Map<Long, Run> made = new LinkedHashMap<>();
    for (HeadEvent.InventoryItem item : inventory.items()) {
      context.term.useUp(item.segment().runId());
      if (!isKnown(worker, item)) {
        Segment segment = segmentFor(worker, item, made);
        if (segment != null) {
          taken.put(segment, item);
        }
      }
    }
    List<Mutation> mutations = new ArrayList<>();
    made.values().forEach(run -> mutations.add(imported(run, taken)));
    taken.forEach((segment, item) -> mutations.add(place(worker, segment)));
    mutations.add(new Mutation.JournalImported(worker.identity(), context.term.nextRunId()));
    worker.importing = true;
    persist(mutations, made.values(), () -> stored(worker, taken, made));
  }

  /** A kill that came since the store refused it must outlive that the row is opened again. */
  private void persist(List<Mutation> found, Collection<Run> made, Runnable stored) {
    List<Mutation> mutations = new ArrayList<>(found);
    for (Run run : made) {
      KillIntent intent = run.intent;
      if (intent != null) {
        mutations.add(new Mutation.KillIntended(run.runId, run.incarnation, intent));
      }
    }
    context.outbox.persist(
        mutations,
        stored,
        reason -> context.after(CoreContext.RETRY_MILLIS, () -> persist(found, made, stored)));
  }

  private void stored(
      WorkerState worker, Map<Segment, HeadEvent.InventoryItem> taken, Map<Long, Run> made) {
    underWay = false;
    worker.imported();
    made.values().forEach(this::put);
    Set<Run> killed = new LinkedHashSet<>();
    taken.forEach((segment, item) -> {
      segment.phase = item.state() == State.RUNNING ? SegmentPhase.RUNNING : SegmentPhase.PLACED;
      segment.startedAtMillis = item.startedAtMillis();
      worker.occupy(segment);
      if (segment.run.intent != null) {
        killed.add(segment.run);
      }
    });
    killed.forEach(killing::carryOut);
    workers.fetchInventory(worker);
    List<WorkerState> waiting = List.copyOf(postponed);
    postponed.clear();
    waiting.forEach(workers::fetchInventory);
  }

  /** What lives is not what was proven to be over, under whose very name it does. */
  private boolean isKnown(WorkerState worker, HeadEvent.InventoryItem item) {
    Segment segment = runs.find(item.segment(), worker.identity());
    boolean over = item.state() == State.OVER;
    return segment != null && (over || segment.phase != SegmentPhase.OVER || segment.abandoned);
  }

  private void put(Run run) {
    Run former = runs.find(run.runId);
    runs.put(run);
    autoStart.imported(run);
    if (former != null && former != run && !former.isOver()) {
      // This incarnation could not begin before that one was over.
      former.status = RunStatus.ERROR;
      former.endOnItsWay = true;
      killing.inherit(former, run);
    }
  }

  /** The store had it waiting, say, and a caller was told that it is dead. */
  private boolean wasKilled(SegmentKey key) {
    return context.term.wasKilled(key.runId()) && autoStart.find(key.runId()) == null;
  }

  /** Nothing stood for it when the inventories were last compared, and the worker was told so. */
  private static boolean isToBeForgotten(WorkerState worker, HeadEvent.InventoryItem item) {
    return item.state() == State.OVER && worker.strangers.contains(item.segment());
  }

  /** The segment that stands for an item from now on, or null when none is needed. */
  private @Nullable Segment segmentFor(
      WorkerState worker, HeadEvent.InventoryItem item, Map<Long, Run> made) {
    SegmentKey key = item.segment();
    Run run = made.getOrDefault(key.runId(), runs.find(key.runId()));
    boolean over = item.state() == State.OVER;
    if (run == null && wasKilled(key)) {
      return null;
    }
    if (run == null) {
      return over ? null : newRun(worker, item, made);
    }
    Segment ended = runs.find(key, worker.identity());
    if (ended != null) {
      return revived(ended, made);
    }
    if (mayStandBefore(run, key, made)) {
      return over ? null : nextOf(run, worker, item, made);
    }
    if (run.isOver()) {
      return over || !endedByItself(run) ? null : namesakeOfCompleted(worker, run, item, made);
    }
    if (isToBeForgotten(worker, item)) {
      return null;
    }
    Segment segment = ownSegment(run, item);
    if (segment != null || over) {
      return segment;
    }
    return namesake(worker, run, item);
  }

  /**
   * True when the journal holds a later incarnation of the same entry, and nothing lives of the one
   * that the store has: of what this head accepted, or may have started, something may, and the id
   * stands for both.
   */
  private boolean mayStandBefore(Run run, SegmentKey key, Map<Long, Run> made) {
    if (run.incarnation >= key.incarnation() || made.containsValue(run)) {
      return false;
    }
    return run.isOver()
        || (autoStart.find(run.runId) != null && !run.acceptedInThisTerm && nothingIsPlaced(run));
  }

  private static boolean nothingIsPlaced(Run run) {
    if (run.fixing) {
      return false;
    }
    for (Segment segment : run.segments) {
      if (segment.phase != SegmentPhase.WAITING) {
        return false;
      }
    }
    return true;
  }

  private Segment nextOf(
      Run former, WorkerState worker, HeadEvent.InventoryItem item, Map<Long, Run> made) {
    if (!former.isOver()) {
      // Nothing of it is placed while this is on its way into the store.
      former.fixing = true;
    }
    return newRun(worker, item, made);
  }

  private Segment newRun(WorkerState worker, HeadEvent.InventoryItem item, Map<Long, Run> made) {
    SegmentKey key = item.segment();
    AutoStart.Entry entry = autoStart.find(key.runId());
    JournaledWork work = new JournaledWork(item.spec());
    // What the store has of an entry stands for whatever runs under its id: kills select by that.
    Run run =
        entry == null
            ? new Run(
                key.runId(), key.incarnation(), work.proc(), work.request(work.maxOutputLines()))
            : new Run(key.runId(), key.incarnation(), entry.proc, entry.request);
    made.put(run.runId, run);
    return own(worker, run, item);
  }

  /**
   * The segment of a run that the item is: the run waits here, and was dispatched after the backup.
   * Null when the item is of another run that had the same id.
   */
  private static @Nullable Segment ownSegment(Run run, HeadEvent.InventoryItem item) {
    boolean sameRun =
        run.incarnation == item.segment().incarnation() && new JournaledWork(item.spec()).isOf(run);
    if (run.acceptedInThisTerm || !sameRun) {
      return null;
    }
    for (Segment segment : run.segments) {
      if (segment.key.equals(item.segment())) {
        return segment.phase == SegmentPhase.WAITING ? segment : null;
      }
    }
    if (run.fixing) {
      return null;
    }
    return new Segment(run, item.segment().segment(), dataSegmentId(item), 0);
  }

  private static Segment own(WorkerState worker, Run run, HeadEvent.InventoryItem item) {
    Segment segment =
        new Segment(run, item.segment().segment(), dataSegmentId(item), worker.number());
    run.segments.add(segment);
    return segment;
  }

  /** The id stands for two runs: a kill of it means both, and it is over when both are. */
  private static Segment namesake(WorkerState worker, Run run, HeadEvent.InventoryItem item) {
    int number = NAMESAKES + (run.segments.size() - run.ownSegments());
    String shown =
        "%s of before the restore, on worker %d".formatted(dataSegmentId(item), worker.number());
    Segment segment = new Segment(run, number, item.segment(), shown, worker.number());
    run.segments.add(segment);
    return segment;
  }

  /** Null when it is to be killed, as all that has the id of a run that was killed. */
  private static @Nullable Segment revived(Segment segment, Map<Long, Run> made) {
    Run run = segment.run;
    if (run.isOver()) {
      if (!endedByItself(run)) {
        return null;
      }
      run.reopen();
      made.put(run.runId, run);
    }
    segment.revive();
    return segment;
  }

  /** The run goes on until its namesake is over, too; its own segments keep their ends. */
  private static Segment namesakeOfCompleted(
      WorkerState worker, Run run, HeadEvent.InventoryItem item, Map<Long, Run> made) {
    run.reopen();
    made.put(run.runId, run);
    return namesake(worker, run, item);
  }

  private static String dataSegmentId(HeadEvent.InventoryItem item) {
    SegmentSpec spec = item.spec();
    return spec == null ? Integer.toString(item.segment().segment()) : spec.dataSegmentId();
  }

  private Mutation imported(Run run, Map<Segment, HeadEvent.InventoryItem> taken) {
    if (runs.find(run.runId) == run) {
      return new Mutation.RunReopened(run.runId, run.incarnation, context.wallMillis());
    }
    SegmentSpec spec = null;
    for (Map.Entry<Segment, HeadEvent.InventoryItem> entry : taken.entrySet()) {
      if (entry.getKey().run == run) {
        spec = entry.getValue().spec();
      }
    }
    return new Mutation.RunImported(
        run.runId,
        run.incarnation,
        new JournaledWork(spec).request(run.maxOutputLines),
        run.proc,
        context.wallMillis());
  }

  /** From now on it is not dispatched; no other worker gets it. */
  private static Mutation place(WorkerState worker, Segment segment) {
    if (!segment.run.segments.contains(segment)) {
      segment.run.segments.add(segment);
    }
    segment.workerNumber = worker.number();
    segment.placement = worker.placement();
    segment.phase = SegmentPhase.PLACING;
    segment.message =
        segment.isNamesake()
            ? "recovered from the journal of worker %d after the store was restored: a run that had the same id; a kill of this run kills both"
                .formatted(worker.number())
            : "recovered from the journal of worker %d after the store was restored"
                .formatted(worker.number());
    return new Mutation.SegmentImported(
        segment.key,
        segment.journalKey,
        segment.dataSegmentId,
        segment.workerNumber,
        segment.requirePlacement(),
        segment.message);
  }
}
