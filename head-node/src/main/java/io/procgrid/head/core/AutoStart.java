package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The auto-start entries. Each has one turn in every cluster start: its next incarnation, or none.
 */
final class AutoStart {
  /** An entry. */
  static final class Entry {
    final long runId;
    final RunRequest request;
    final ProcDefinition proc;

    /** Last cluster start in which it had its turn. */
    long taken;

    /** Latest incarnation; 0 = never ran. */
    int incarnation;

    /** The status of the latest incarnation was cleared. */
    boolean cleared;

    /** Its turn is on the way into the store. */
    boolean taking;

    Entry(
        long runId,
        RunRequest request,
        ProcDefinition proc,
        long taken,
        int incarnation,
        boolean cleared) {
      this.runId = runId;
      this.request = request;
      this.proc = proc;
      this.taken = taken;
      this.incarnation = incarnation;
      this.cleared = cleared;
    }

    boolean matches(Selector selector) {
      return (selector.runId() == null || selector.runId() == runId)
          && (selector.runTag().isEmpty() || selector.runTag().equals(request.runTag()))
          && (selector.procName().isEmpty() || selector.procName().equals(proc.name()))
          && selector.worker().isEmpty();
    }
  }

  private final CoreContext context;
  private final Runs runs;
  private final Settling settling;
  private final Dispatcher dispatcher;
  private final Workers workers;
  private final TreeMap<Long, Entry> entries = new TreeMap<>();
  private final List<Runnable> afterTaking = new ArrayList<>();
  private int taking;

  AutoStart(
      CoreContext context,
      Recovered recovered,
      Runs runs,
      Settling settling,
      Dispatcher dispatcher,
      Workers workers) {
    this.context = context;
    this.runs = runs;
    this.settling = settling;
    this.dispatcher = dispatcher;
    this.workers = workers;
    for (Recovered.Entry entry : recovered.entries()) {
      entries.put(
          entry.runId(),
          new Entry(
              entry.runId(),
              entry.request(),
              entry.proc(),
              entry.takenClusterStart(),
              entry.incarnation(),
              entry.cleared()));
    }
  }

  /** A new entry: it has its first turn in the next cluster start. */
  void add(long runId, RunRequest request, ProcDefinition proc) {
    entries.put(runId, new Entry(runId, request, proc, context.clusterStart, 0, false));
  }

  Collection<Entry> all() {
    return entries.values();
  }

  void remove(Entry entry) {
    entries.remove(entry.runId);
  }

  @Nullable Entry find(long runId) {
    return entries.get(runId);
  }

  List<Entry> matching(Selector selector) {
    List<Entry> matching = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (entry.matches(selector)) {
        matching.add(entry);
      }
    }
    return matching;
  }

  /** An incarnation was found that the store did not know. */
  void imported(Run run) {
    Entry entry = entries.get(run.runId);
    if (entry != null && entry.incarnation < run.incarnation) {
      entry.incarnation = run.incarnation;
      entry.cleared = false;
    }
  }

  /** Gives every entry that is due its turn, as far as that can be decided now. */
  void takeTurns() {
    for (Entry entry : entries.values()) {
      takeTurn(entry);
    }
  }

  private void takeTurn(Entry entry) {
    if (!isDue(entry)) {
      return;
    }
    Run former = runs.find(entry.runId);
    if (former == null || former.endStored) {
      take(entry, entry.incarnation + 1);
    } else if (workers.settled() && knownToRun(former)) {
      take(entry, 0);
    }
    // Otherwise nobody knows yet whether the former incarnation is over: its worker's return, or
    // its end, asks again.
  }

  boolean isDue(Entry entry) {
    return entry.taken < context.clusterStart && !entry.taking;
  }

  private boolean knownToRun(Run run) {
    if (run.isOver()) {
      // Its end is on its way into the store, and asks again from there.
      return false;
    }
    if (run.waits()) {
      return true;
    }
    for (Segment segment : run.segments) {
      if (!segment.phase.mayLive()) {
        continue;
      }
      WorkerState worker = workers.find(segment.requirePlacement().identity());
      if (worker == null || !worker.isReady()) {
        return false;
      }
    }
    return true;
  }

  private void take(Entry entry, int incarnation) {
    entry.taking = true;
    taking++;
    Run former = runs.find(entry.runId);
    if (former != null && incarnation > 0) {
      former.cleared = true;
    }
    context.persistFacts(
        List.of(taken(entry, incarnation)),
        () -> {
          entry.taking = false;
          taking--;
          entry.taken = context.clusterStart;
          if (incarnation > 0) {
            begin(entry, incarnation);
          }
          if (taking == 0) {
            List<Runnable> waiting = List.copyOf(afterTaking);
            afterTaking.clear();
            waiting.forEach(Runnable::run);
          }
        });
  }

  private void begin(Entry entry, int incarnation) {
    entry.incarnation = incarnation;
    entry.cleared = false;
    Run former = runs.find(entry.runId);
    if (former != null) {
      settling.cleared(former);
    }
    Run run = new Run(entry.runId, incarnation, entry.proc, entry.request);
    runs.put(run);
    dispatcher.enqueue(run);
  }

  /** The turn of an entry that is used up without a new incarnation. */
  Mutation.AutoStartTaken taken(Entry entry, int incarnation) {
    return new Mutation.AutoStartTaken(
        entry.runId, context.clusterStart, incarnation, context.wallMillis());
  }

  /**
   * Runs the action when no turn is on its way into the store: what is just beginning is then a run
   * like any other, which a kill finds.
   */
  void whenNoneIsBeginning(Runnable action) {
    if (taking == 0) {
      action.run();
    } else {
      afterTaking.add(action);
    }
  }

  /** Entries that have not run since the cluster started, as runs of status none. */
  ImmutableList<Entry> idle(Selector selector) {
    ImmutableList.Builder<Entry> idle = ImmutableList.builder();
    for (Entry entry : entries.values()) {
      boolean ran = entry.taken == context.clusterStart && entry.incarnation > 0;
      if (!ran && runs.find(entry.runId) == null && entry.matches(selector)) {
        idle.add(entry);
      }
    }
    return idle.build();
  }

  ImmutableMap<Long, Answer.AutoStartView> views(Collection<ProcDefinition> procs) {
    ImmutableMap.Builder<Long, Answer.AutoStartView> views = ImmutableMap.builder();
    for (Entry entry : entries.values()) {
      for (ProcDefinition proc : procs) {
        if (proc.name().equals(entry.proc.name())) {
          views.put(entry.runId, new Answer.AutoStartView(proc.name(), entry.request.runTag()));
        }
      }
    }
    return views.buildOrThrow();
  }
}
