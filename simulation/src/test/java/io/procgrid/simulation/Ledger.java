package io.procgrid.simulation;

import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.KillTerms;
import io.procgrid.head.core.Recovered;
import io.procgrid.head.core.Selector;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What clients were told, held against store and truth. */
final class Ledger {
  /**
   * A kill that was asked for.
   *
   * @param incarnations of the unfinished runs that it selects; the client knows of them
   */
  record Kill(KillWishes.Wish wish, Map<Long, Integer> incarnations) {}

  private final World world;
  private final ModelStore store;
  private final Truth truth;
  private final KillWishes wishes;
  private final Set<Long> acknowledged = new HashSet<>();
  private final Set<Kill> openKills = new HashSet<>();

  Ledger(World world, ModelStore store, Truth truth, KillWishes wishes) {
    this.world = world;
    this.store = store;
    this.truth = truth;
    this.wishes = wishes;
  }

  /** A client was told that the run is accepted. */
  void accepted(long runId) {
    if (store.run(runId) == null) {
      throw new AssertionError("run %d was acknowledged and is not in the store".formatted(runId));
    }
    acknowledged.add(runId);
  }

  Kill killAsked(Selector selector, KillTerms terms) {
    Map<Long, Integer> incarnations = new HashMap<>();
    for (Map.Entry<Long, RunRow> run : store.runs()) {
      RunRow row = run.getValue();
      long runId = run.getKey();
      if (row.isUnfinished()
          && selector.worker().isEmpty()
          && acknowledged.contains(runId)
          && KillWishes.matches(selector, runId, row)) {
        incarnations.put(runId, row.incarnation);
      }
    }
    Kill kill = new Kill(wishes.begin(selector, terms, world.now()), incarnations);
    openKills.add(kill);
    return kill;
  }

  void killAnswered(Kill kill, Answer answer) {
    wishes.end(kill.wish, world.now());
    if (answer instanceof Answer.Refused(var _, boolean unknown) && unknown) {
      // Its orders may have left. It stays open until its head knows, or is gone.
      return;
    }
    openKills.remove(kill);
    if (!(answer instanceof Answer.Killed killed)) {
      return;
    }
    for (long runId : killed.runIds()) {
      world.tally().killsProven++;
      listed(kill, runId);
    }
    for (long runId : killed.pending().keySet()) {
      RunRow row = store.run(runId);
      if (row != null && row.isUnfinished() && row.intent == null && !hasEnded(runId, row)) {
        throw new AssertionError("run %d was answered as pending undurably".formatted(runId));
      }
    }
    kill.incarnations.forEach((runId, incarnation) -> requireTaken(kill, runId, incarnation));
  }

  private void listed(Kill kill, long runId) {
    RunRow row = store.run(runId);
    if (row == null) {
      return;
    }
    Integer asked = kill.incarnations.get(runId);
    if (asked == null && row.incarnation > 1) {
      // Nobody but the head knew which of them the kill was for.
      return;
    }
    int incarnation = asked == null ? row.incarnation : asked;
    if (row.incarnation == incarnation
        && (row.status != RunStatus.KILLED || !row.allSegmentsEnded())) {
      throw new AssertionError("run %d was listed, the store has no end of it".formatted(runId));
    }
    truth.answeredKilled(runId, incarnation, row);
  }

  /**
   * Whatever the kill selects is over by now, or its intent is in the store. What had ended by
   * itself before the kill came may still be on its way into the store; and nobody knew then what a
   * journal has brought back since under the id of a run that was over.
   */
  private void requireTaken(Kill kill, long runId, int incarnation) {
    RunRow row = store.run(runId);
    boolean taken =
        row == null
            || row.incarnation > incarnation
            || !row.isUnfinished()
            || row.intent != null
            || hasEnded(runId, row)
            || (row.imported && kill.wish.isOlderThan(row));
    if (!taken) {
      throw new AssertionError("the answered kill of run %d is not in the store".formatted(runId));
    }
  }

  private boolean hasEnded(long runId, RunRow row) {
    for (Recovered.Segment segment : row.segments.values()) {
      if (segment.status() == null && !truth.isOver(row.placeOf(runId, segment))) {
        return false;
      }
    }
    return !row.segments.isEmpty();
  }

  /** A head has crashed, and with it the calls that it had not answered. */
  void headCrashed() {
    openKills.forEach(kill -> wishes.orphan(kill.wish, world.now()));
    openKills.clear();
  }
}
