package io.procgrid.it.soak;

import io.procgrid.it.KillAnswer;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the cluster has acknowledged and is held to. Threads may share it. */
final class Logbook {
  private final Map<Long, RunNote> runs = new ConcurrentHashMap<>();
  private final Set<KillCall> openCalls = ConcurrentHashMap.newKeySet();

  /** Those that have returned, the latest last. */
  private final ConcurrentLinkedDeque<KillCall> calls = new ConcurrentLinkedDeque<>();

  private final Set<Long> listed = ConcurrentHashMap.newKeySet();
  private final BitSet over = new BitSet();
  private long clusterStart;

  void add(RunNote note) {
    runs.putIfAbsent(note.id(), note);
  }

  @Nullable RunNote find(long run) {
    return runs.get(run);
  }

  /** Nobody will ask for this run any more; it stays over. */
  void forget(long run) {
    runs.remove(run);
    listed.remove(run);
  }

  Collection<RunNote> runs() {
    return List.copyOf(runs.values());
  }

  KillCall open(Selection selection) {
    KillCall call = new KillCall(selection);
    openCalls.add(call);
    return call;
  }

  /** The call was answered or failed. */
  void close(KillCall call) {
    call.returned();
    calls.add(call);
    openCalls.remove(call);
  }

  /**
   * Takes down what an answer says: what it lists is dead, and so is what it must have selected and
   * does not call pending.
   *
   * @return the runs that are dead by it
   */
  Set<Long> answered(KillCall call, KillAnswer answer) {
    Set<Long> dead = answer.runIds().stream().map(Long::valueOf).collect(Collectors.toSet());
    listed.addAll(dead);
    for (RunNote note : runs.values()) {
      if (call.mustHit(note) && !answer.pending().containsKey(Long.toString(note.id()))) {
        dead.add(note.id());
      }
    }
    over(dead, call.sentNanos());
    return dead;
  }

  /**
   * These runs are over, and never come back. A cluster start since then may have begun entries
   * anew.
   */
  synchronized void over(Collection<Long> ids, long asOfNanos) {
    for (long id : ids) {
      RunNote note = runs.get(id);
      if (note == null || !note.autoStart() || asOfNanos > clusterStart) {
        over.set((int) id);
      }
    }
  }

  /** The ids of the runs that are over. */
  synchronized BitSet over() {
    return (BitSet) over.clone();
  }

  /** The cluster is about to start: entries that were not removed run again. */
  synchronized void clusterStarts() {
    clusterStart = System.nanoTime();
    runs.values().stream().filter(RunNote::autoStart).forEach(note -> over.clear((int) note.id()));
  }

  /** The entry was removed and its run, if it had one, is over: from now on it never runs. */
  synchronized void removed(long entry) {
    runs.computeIfPresent(entry, (id, note) -> note.withoutAutoStart());
    over.set((int) entry);
  }

  /** Whether a kill has listed it. */
  boolean isListed(long run) {
    return listed.contains(run);
  }

  /** Whether a kill that was sent before then may have hit the run. */
  boolean mayHaveBeenKilled(RunNote note, long beforeNanos) {
    for (KillCall call : openCalls) {
      if (call.sentNanos() < beforeNanos && call.mayHit(note)) {
        return true;
      }
    }
    var latestFirst = calls.descendingIterator();
    while (latestFirst.hasNext()) {
      KillCall call = latestFirst.next();
      if (call.returnedBefore(note.askedNanos())) {
        return false;
      }
      if (call.sentNanos() < beforeNanos && call.mayHit(note)) {
        return true;
      }
    }
    return false;
  }
}
