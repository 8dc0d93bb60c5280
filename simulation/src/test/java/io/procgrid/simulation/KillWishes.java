package io.procgrid.simulation;

import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.KillFacts;
import io.procgrid.head.core.KillTerms;
import io.procgrid.head.core.Selector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whose death anybody has asked for, and how gently: nobody else may die by a kill, or sooner. */
final class KillWishes {
  /** A call: it may cover what comes to be until it is answered. */
  static final class Wish {
    private final Selector selector;
    private final KillTerms terms;
    private final long begunAtMillis;
    private long endedAtMillis = Long.MAX_VALUE;

    /** Its head crashed and may not have stored it: who finishes it may not know of its grace. */
    private boolean orphaned;

    private Wish(Selector selector, KillTerms terms, long begunAtMillis) {
      this.selector = selector;
      this.terms = terms;
      this.begunAtMillis = begunAtMillis;
    }

    /** It began before the row's incarnation did, or was brought back. */
    boolean isOlderThan(RunRow row) {
      return begunAtMillis < row.createdAtMillis;
    }

    private boolean covers(long runId, RunRow row) {
      return endedAtMillis >= row.createdAtMillis && matches(selector, runId, row);
    }

    private long earliestEnd(RunRow row) {
      Grace grace = row.proc.killGrace();
      Long chosen = terms.graceMillis();
      long millis = (chosen == null ? grace : grace.lasting(chosen)).millis();
      return begunAtMillis + (orphaned ? Math.min(millis, grace.millis()) : millis);
    }
  }

  private final List<Wish> wishes = new ArrayList<>();
  private final Set<Long> askedAt = new HashSet<>();

  /** A call begins. */
  Wish begin(Selector selector, KillTerms terms, long nowMillis) {
    Wish wish = new Wish(selector, terms, nowMillis);
    wishes.add(wish);
    askedAt.add(terms.facts().atMillis());
    return wish;
  }

  /** The call will never be answered. */
  void orphan(Wish wish, long nowMillis) {
    wish.orphaned = true;
    end(wish, nowMillis);
  }

  /** The call was answered. */
  void end(Wish wish, long nowMillis) {
    wish.endedAtMillis = Math.min(wish.endedAtMillis, nowMillis);
  }

  boolean cover(long runId, RunRow row) {
    for (int i = wishes.size() - 1; i >= 0; i--) {
      if (wishes.get(i).covers(runId, row)) {
        return true;
      }
    }
    return false;
  }

  /** Whether an operator had everything on that worker's host killed. */
  boolean coverAllOf(WorkerIdentity worker) {
    return wishes.stream().anyMatch(wish -> wish.selector.worker().equals(worker.value()));
  }

  /** Whether those are the facts of a call. */
  boolean wereAsked(KillFacts facts) {
    return !facts.user().isEmpty() && askedAt.contains(facts.atMillis());
  }

  /** Before then the shortest grace that any call left is not over, ms of virtual time. */
  long earliestEnd(long runId, RunRow row) {
    long earliest = Long.MAX_VALUE;
    for (Wish wish : wishes) {
      if (wish.covers(runId, row)) {
        earliest = Math.min(earliest, wish.earliestEnd(row));
      }
    }
    // Whom nobody asked for died for another reason, which is judged elsewhere.
    return earliest == Long.MAX_VALUE ? 0 : earliest;
  }

  /** A selection by worker counts as one of everything. */
  static boolean matches(Selector selector, long runId, RunRow row) {
    return (selector.runId() == null || selector.runId() == runId)
        && (selector.runTag().isEmpty() || selector.runTag().equals(row.request.runTag()))
        && (selector.procName().isEmpty() || selector.procName().equals(row.proc.name()));
  }
}
