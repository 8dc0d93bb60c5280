package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.Recovered;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What may leave a head, enter its store, die and be forgotten: only what the store allows. */
final class HeadPromises {
  private final ModelStore store;
  private final Truth truth;
  private final KillWishes wishes;

  HeadPromises(ModelStore store, Truth truth, KillWishes wishes) {
    this.store = store;
    this.truth = truth;
    this.wishes = wishes;
  }

  // ---- What leaves ----

  /** Effects of one step: pending kills are told before the inventory is asked for. */
  List<HeadEffect> leaving(List<HeadEffect> effects) {
    Set<SegmentKey> told = new HashSet<>();
    for (HeadEffect effect : effects) {
      if (effect instanceof HeadEffect.SendKill(var _, var _, var orders)) {
        orders.forEach(order -> told.add(order.segment()));
      } else if (effect instanceof HeadEffect.FetchInventory fetch) {
        requireTold(fetch.identity(), told);
      }
    }
    return effects;
  }

  private void requireTold(WorkerIdentity identity, Set<SegmentKey> told) {
    for (Map.Entry<Long, RunRow> run : store.runs()) {
      RunRow row = run.getValue();
      if (row.intent == null || !row.isUnfinished()) {
        continue;
      }
      for (int i = 0; i < row.segments.size(); i++) {
        SegmentKey key = new SegmentKey(run.getKey(), row.incarnation, i);
        if (isPlacedOn(row.segments.get(i), identity) && truth.isAlive(key)) {
          require(told.contains(key), "is to die, and the inventory is asked for first", key);
        }
      }
    }
  }

  void sending(HeadEffect.ToWorker effect) {
    switch (effect) {
      case HeadEffect.SendStart start ->
          start.orders().forEach(order -> starting(start, order.segment()));
      case HeadEffect.SendKill(var _, var _, var orders) ->
          orders.forEach(order ->
              require(
                  mayDie(order.segment()) || !truth.isAlive(order.segment()),
                  "is to be killed, nobody asked",
                  order.segment()));
      case HeadEffect.SendForget forget ->
          forget
              .orders()
              .forEach(order ->
                  require(
                      isOver(forget.identity(), order.segment()),
                      "is to be forgotten, its end is not in the store",
                      order.segment()));
      case HeadEffect.Dial _,
          HeadEffect.HangUp _,
          HeadEffect.FetchInventory _,
          HeadEffect.PutBundle _,
          HeadEffect.CollectOutput _ -> {}
    }
  }

  private void starting(HeadEffect.SendStart start, SegmentKey key) {
    Recovered.Segment stored = store.segment(key);
    Placement placement = stored == null ? null : stored.placement();
    require(
        placement != null
            && placement.identity().equals(start.identity())
            && placement.instance().equals(start.instance()),
        "is started where the store has not placed it",
        key);
    RunRow row = store.runOf(key);
    require(row != null && row.intent == null, "is started, it is to die", key);
  }

  // ---- What enters the store ----

  /** About to be carried out. */
  void storing(Mutation mutation) {
    switch (mutation) {
      case Mutation.SegmentPlaced(SegmentKey key, Placement placement) -> placing(key, placement);
      case Mutation.KillIntended intended -> {
        SegmentKey key = new SegmentKey(intended.runId(), intended.incarnation(), 0);
        require(mayDie(key), "is to die, nobody asked", key);
      }
      case Mutation.SegmentEnded ended -> ending(ended);
      case Mutation.RunEnded ended -> runEnding(ended);
      case Mutation.AutoStartTaken taken -> taking(taken);
      case Mutation.ProcCreated _,
          Mutation.ProcDeleted _,
          Mutation.RunCreated _,
          Mutation.AutoStartRemoved _,
          Mutation.SegmentsFixed _,
          Mutation.OutputSaved _,
          Mutation.RunsCleared _,
          Mutation.WorkerRecorded _ -> {}
    }
  }

  private void placing(SegmentKey key, Placement placement) {
    RunRow row = store.runOf(key);
    require(row != null && row.intent == null, "is placed, it is to die", key);
    Recovered.Segment stored = store.segment(key);
    require(
        stored == null || stored.placement() == null || isPlacedOn(stored, placement.identity()),
        "is placed a second time elsewhere",
        key);
  }

  private void ending(Mutation.SegmentEnded ended) {
    SegmentKey key = ended.segment();
    Recovered.Segment stored = store.segment(key);
    if (stored == null) {
      return;
    }
    Outcome outcome = ended.outcome();
    if (outcome != null) {
      truth.believed(key, outcome);
      require(outcome.runStatus() == ended.status(), "ends with another status", key);
      return;
    }
    require(stored.placement() == null, "ends without proof, it was placed", key);
    require(!truth.hasBegun(key), "ends as never started, it has begun", key);
  }

  private void runEnding(Mutation.RunEnded ended) {
    RunRow row = store.run(ended.runId());
    if (row == null || row.incarnation != ended.incarnation()) {
      return;
    }
    SegmentKey key = new SegmentKey(ended.runId(), ended.incarnation(), 0);
    require(row.allSegmentsEnded(), "and its run: over before all segments are", key);
    require(ended.status() == rollUp(row), "and its run: ends as " + ended.status(), key);
  }

  private static RunStatus rollUp(RunRow row) {
    RunStatus status = row.segments.isEmpty() ? RunStatus.KILLED : RunStatus.COMPLETE;
    for (Recovered.Segment segment : row.segments) {
      if (segment.status() == RunStatus.KILLED) {
        return RunStatus.KILLED;
      }
      if (segment.status() == RunStatus.ERROR) {
        status = RunStatus.ERROR;
      }
    }
    return status;
  }

  private void taking(Mutation.AutoStartTaken taken) {
    RunRow row = store.run(taken.runId());
    if (row == null || taken.incarnation() == 0) {
      return;
    }
    boolean due = taken.clusterStart() == store.clusterStart() && row.taken < store.clusterStart();
    if (!due || row.isUnfinished()) {
      throw new AssertionError("entry %d begins anew, it is not its turn".formatted(taken.runId()));
    }
  }

  // ---- What dies, and what is forgotten ----

  /** A worker is about to kill a tree. */
  void striking(SegmentKey key, ProcessTree tree) {
    if (tree.isReleased() && tree.isLeaderAlive()) {
      require(mayDie(key), "is killed, nobody asked", key);
    }
  }

  private boolean mayDie(SegmentKey key) {
    RunRow row = store.run(key.runId());
    return row == null
        || row.incarnation > key.incarnation()
        || !row.isUnfinished()
        || row.intent != null
        || wishes.cover(key.runId(), row);
  }

  /** A worker's journal is about to drop the segment. */
  void forgetting(WorkerMachine machine, SegmentKey key) {
    require(isOver(machine.identity(), key), "is forgotten, its end is not in the store", key);
    require(!truth.isAlive(key), "is forgotten alive", key);
  }

  /** The end is in the store, or the store has nothing of it that this worker could stand for. */
  private boolean isOver(WorkerIdentity identity, SegmentKey key) {
    Recovered.Segment stored = store.segment(key);
    return stored == null || stored.status() != null || !isPlacedOn(stored, identity);
  }

  private static boolean isPlacedOn(Recovered.Segment stored, WorkerIdentity identity) {
    Placement placement = stored.placement();
    return placement != null && placement.identity().equals(identity);
  }

  private static void require(boolean holds, String violation, SegmentKey key) {
    if (!holds) {
      throw new AssertionError("segment %s %s".formatted(key, violation));
    }
  }
}
