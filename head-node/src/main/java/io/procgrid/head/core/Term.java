package io.procgrid.head.core;

import com.google.common.collect.Range;
import com.google.common.collect.RangeSet;
import com.google.common.collect.TreeRangeSet;
import io.procgrid.common.id.Epoch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This head's term: its epoch, the terms before it, and the run ids it gives away.
 *
 * <p>A worker that has seen an epoch or a run id that this store has not tells that the store was
 * restored from a backup. The head then goes past both, durably, before it dispatches anything
 * more.
 */
final class Term {
  private final Outbox outbox;
  private final Map<Long, String> history = new HashMap<>();
  private final long historyBegins;
  private Epoch epoch;
  private final long firstRunId;

  /** Ids given away in this term; they leave gaps where journals used some up. */
  private final RangeSet<Long> given = TreeRangeSet.create();

  private final RangeSet<Long> killed = TreeRangeSet.create();

  /** Those whose run is not in the store yet. */
  private final Set<Long> onTheirWay = new HashSet<>();

  private long nextRunId;

  /** What comes after a raise that is on its way into the store; null while there is none. */
  private @Nullable List<Runnable> afterRaise;

  Term(Recovered recovered, Outbox outbox) {
    this.outbox = outbox;
    this.epoch = recovered.epoch();
    this.firstRunId = recovered.nextRunId();
    this.nextRunId = firstRunId;
    recovered.history().forEach(term -> history.put(term.counter(), term.nonce()));
    history.put(epoch.counter(), epoch.nonce());
    historyBegins = history.keySet().stream().min(Long::compare).orElse(epoch.counter());
  }

  Epoch epoch() {
    return epoch;
  }

  /** True for the id of a run of this store, over or not. */
  boolean hasGivenAway(long runId) {
    return runId < nextRunId;
  }

  /** True for an id that this store gave to a run, rather than one that a journal used up. */
  boolean isOwn(long runId) {
    return runId < firstRunId || given.contains(runId);
  }

  /** The run of this id is in the store, or never will be. */
  void settled(long runId) {
    onTheirWay.remove(runId);
  }

  /** True while nobody knows whether this store will have a run of this id. */
  boolean isOnItsWay(long runId) {
    return onTheirWay.contains(runId);
  }

  /** The run of this id was killed in this term, and the heap no longer has it. */
  void killed(long runId) {
    killed.add(Range.closedOpen(runId, runId + 1));
  }

  /** True for a run that was killed in this term: nothing of it may come back. */
  boolean wasKilled(long runId) {
    return killed.contains(runId);
  }

  /** A journal knows this id: no run of this store gets it. */
  void useUp(long runId) {
    nextRunId = Math.max(nextRunId, runId + 1);
  }

  long nextRunId() {
    return nextRunId;
  }

  /** The next free run id, which is used up. */
  long takeRunId() {
    given.add(Range.closedOpen(nextRunId, nextRunId + 1));
    onTheirWay.add(nextRunId);
    return nextRunId++;
  }

  /** True when whoever has seen these has seen what this store does not know. */
  boolean isBehind(@Nullable Epoch seen, long highestRunId) {
    if (highestRunId >= nextRunId) {
      return true;
    }
    // Of terms before its first note the store says nothing.
    return seen != null
        && seen.counter() >= historyBegins
        && !seen.nonce().equals(history.get(seen.counter()));
  }

  /** True when whoever was never connected to this head has seen what only this head could tell. */
  boolean isNews(long highestRunId) {
    return highestRunId >= firstRunId;
  }

  /** True when this head's epoch is that one or a newer one, and its next run id higher. */
  boolean isPast(@Nullable Epoch seen, long highestRunId) {
    boolean newer = seen == null || seen.equals(epoch) || seen.isOlderThan(epoch);
    return newer && highestRunId < nextRunId;
  }

  /** True while it is not durable how far the head goes: nothing is to be dispatched. */
  boolean isRaising() {
    return afterRaise != null;
  }

  /** Runs the action now, or when the raise that is on its way is over. */
  void whenSettled(Runnable action) {
    if (afterRaise == null) {
      action.run();
    } else {
      afterRaise.add(action);
    }
  }

  /**
   * Goes past an epoch and a run id; not while another raise is on its way.
   *
   * @param besides stored in the same transaction
   */
  void raise(
      @Nullable Epoch seen,
      long highestRunId,
      List<Mutation> besides,
      Runnable raised,
      Consumer<String> failed) {
    long counter = Math.max(epoch.counter(), seen == null ? 0 : seen.counter()) + 1;
    Epoch next = new Epoch(counter, epoch.nonce());
    // At once: nobody is to get an id meanwhile that a journal knows.
    nextRunId = Math.max(nextRunId, highestRunId + 1);
    afterRaise = new ArrayList<>();
    List<Mutation> mutations = new ArrayList<>(besides);
    mutations.add(new Mutation.EpochRaised(next, nextRunId));
    outbox.persist(
        mutations,
        () -> {
          epoch = next;
          history.put(next.counter(), next.nonce());
          raised.run();
          settle();
        },
        reason -> {
          failed.accept(reason);
          settle();
        });
  }

  private void settle() {
    List<Runnable> waiting = afterRaise == null ? List.of() : afterRaise;
    afterRaise = null;
    // One of them may begin the next raise, for which the others wait in turn.
    waiting.forEach(this::whenSettled);
  }
}
