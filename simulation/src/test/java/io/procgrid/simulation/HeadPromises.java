package io.procgrid.simulation;

import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.Recovered;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What may leave a head, enter its store, die and be forgotten: only what the store allows. */
final class HeadPromises {
  private final ModelStore store;
  private final Truth truth;
  private final KillWishes wishes;

  /** Kills that each worker process was told. */
  private final Map<WorkerInstance, Set<SegmentKey>> told = new HashMap<>();

  /** Alive when the store was set back, and wanted until then. */
  private final Set<Place> survivors = new HashSet<>();

  HeadPromises(ModelStore store, Truth truth, KillWishes wishes) {
    this.store = store;
    this.truth = truth;
    this.wishes = wishes;
  }

  // ---- What leaves ----

  /** Effects of one step: pending kills are told before the inventory is asked for. */
  List<HeadEffect> leaving(List<HeadEffect> effects) {
    for (HeadEffect effect : effects) {
      if (effect instanceof HeadEffect.SendKill(var _, WorkerInstance instance, var orders)) {
        Set<SegmentKey> before = told.computeIfAbsent(instance, key -> new HashSet<>());
        orders.forEach(order -> before.add(order.segment()));
      } else if (effect instanceof HeadEffect.FetchInventory fetch) {
        requireTold(fetch.identity(), told.getOrDefault(fetch.instance(), Set.of()));
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
      for (Recovered.Segment segment : row.segments.values()) {
        Place place = row.placeOf(run.getKey(), segment);
        if (place != null
            && segment.status() == null
            && place.worker().equals(identity)
            && truth.isAlive(place)) {
          require(
              told.contains(place.segment()),
              "is to die, and the inventory is asked for first",
              place);
        }
      }
    }
  }

  void sending(HeadEffect.ToWorker effect) {
    switch (effect) {
      case HeadEffect.SendStart start ->
          start.orders().forEach(order -> starting(start, order.segment()));
      case HeadEffect.SendKill(var _, var _, var orders) ->
          orders.forEach(
              order -> killing(new Place(effect.identity(), order.segment()), order.facts()));
      case HeadEffect.KillLeftover leftover ->
          leftover
              .segments()
              .forEach(key -> killing(new Place(leftover.lost(), key), leftover.facts()));
      case HeadEffect.SendForget forget ->
          forget
              .orders()
              .forEach(order -> {
                Place place = new Place(forget.identity(), order.segment());
                require(isOver(place), "is to be forgotten, its end is not in the store", place);
              });
      case HeadEffect.SendProceed proceed ->
          proceed.segments().forEach(key -> proceeding(new Place(proceed.identity(), key)));
      case HeadEffect.Dial _,
          HeadEffect.HangUp _,
          HeadEffect.Probe _,
          HeadEffect.FetchInventory _,
          HeadEffect.PutBundle _,
          HeadEffect.CollectOutput _ -> {}
    }
  }

  private void killing(Place place, KillFacts facts) {
    require(
        mayDie(place) || !truth.isAlive(place) || isOfAnEarlierEra(facts),
        "is to be killed, nobody asked",
        place);
  }

  private void proceeding(Place place) {
    RunRow row = store.run(place.segment().runId());
    require(store.standing(place) != null, "is let go, it is not placed there", place);
    require(row != null && row.intent == null, "is let go, it is to die", place);
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
        require(mayBeIntended(intended), "is to die, nobody asked", key);
      }
      case Mutation.SegmentEnded ended -> ending(ended);
      case Mutation.RunEnded ended -> runEnding(ended);
      case Mutation.AutoStartTaken taken -> taking(taken);
      case Mutation.EpochRaised _,
          Mutation.RunImported _,
          Mutation.RunReopened _,
          Mutation.SegmentImported _ -> {
        if (store.era() == 0) {
          throw new AssertionError("the store was never set back: " + mutation);
        }
      }
      case Mutation.ProcCreated _,
          Mutation.ProcDeleted _,
          Mutation.RunCreated _,
          Mutation.AutoStartRemoved _,
          Mutation.SegmentsFixed _,
          Mutation.OutputSaved _,
          Mutation.RunsCleared _,
          Mutation.JournalImported _,
          Mutation.WorkerRecorded _ -> {}
    }
  }

  private void placing(SegmentKey key, Placement placement) {
    RunRow row = store.runOf(key);
    require(row != null && row.intent == null, "is placed, it is to die", key);
    Recovered.Segment stored = store.segment(key);
    require(
        stored == null
            || stored.placement() == null
            || stored.placement().identity().equals(placement.identity()),
        "is placed a second time elsewhere",
        key);
  }

  private void ending(Mutation.SegmentEnded ended) {
    SegmentKey key = ended.segment();
    Recovered.Segment stored = store.segment(key);
    if (stored == null) {
      return;
    }
    RunRow row = store.runOf(key);
    Place place = row == null ? null : row.placeOf(key.runId(), stored);
    Outcome outcome = ended.outcome();
    if (outcome != null && place != null) {
      truth.believed(place, outcome);
      require(outcome.runStatus() == ended.status(), "ends with another status", key);
      return;
    }
    if (place != null) {
      boolean abandoned = ended.status() == RunStatus.ERROR && store.hasForgotten(place.worker());
      require(abandoned, "ends without proof, it was placed", key);
    }
  }

  private void runEnding(Mutation.RunEnded ended) {
    RunRow row = store.run(ended.runId());
    if (row == null || row.incarnation != ended.incarnation()) {
      return;
    }
    SegmentKey key = new SegmentKey(ended.runId(), ended.incarnation(), 0);
    require(row.allSegmentsEnded(), "and its run: over before all segments are", key);
    require(ended.status() == rollUp(row), "and its run: ends as " + ended.status(), key);
    require(
        row.intent != null || !hasNothingOfItsOwn(row),
        "and its run: over before it began, nobody asked",
        key);
  }

  private static RunStatus rollUp(RunRow row) {
    // Nothing of its own was ever begun: only a kill ends that.
    boolean killedWaiting = hasNothingOfItsOwn(row);
    RunStatus status = killedWaiting ? RunStatus.KILLED : RunStatus.COMPLETE;
    for (Recovered.Segment segment : row.segments.values()) {
      if (segment.placement() != null && segment.outcome() == null) {
        return RunStatus.ERROR;
      }
    }
    for (Recovered.Segment segment : row.segments.values()) {
      if (segment.status() == RunStatus.KILLED) {
        return RunStatus.KILLED;
      }
      if (segment.status() == RunStatus.ERROR && !killedWaiting) {
        status = RunStatus.ERROR;
      }
    }
    return status;
  }

  private static boolean hasNothingOfItsOwn(RunRow row) {
    return row.segments.values().stream().allMatch(segment -> segment.namesake() != null);
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

  /**
   * A worker is about to signal or kill a tree.
   *
   * @param ordered by whom, as far as its journal knows; null = it does not
   */
  void striking(ProcessTree tree, @Nullable KillFacts ordered) {
    Place place = tree.place();
    if (place == null) {
      throw new AssertionError(
          "a process that is none of the cluster's is signalled: " + tree.record());
    }
    if (tree.isReleased() && tree.isLeaderAlive()) {
      require(
          mayDie(place) || (ordered != null && isOfAnEarlierEra(ordered)),
          "is killed, nobody asked",
          place);
    }
  }

  /** Journals remember kills that the store does not. */
  private boolean isOfAnEarlierEra(KillFacts facts) {
    return store.era() > 0 && wishes.wereAsked(facts);
  }

  /**
   * SIGKILL is about to end a tree.
   *
   * @param ordered by whom: a tombstone that cannot be read tells nothing of its grace either
   */
  void ending(ProcessTree tree, KillFacts ordered, long nowMillis) {
    Place place = tree.requirePlace();
    RunRow row = store.run(place.segment().runId());
    Recovered.Segment standing = store.standing(place);
    if (tree.isReleased()
        && tree.isLeaderAlive()
        && tree.era() == store.era()
        && !ordered.user().isEmpty()
        && row != null
        && standing != null
        && standing.status() == null) {
      long earliest = wishes.earliestEnd(place.segment().runId(), row);
      require(nowMillis >= earliest, "is killed before its grace is over", place);
    }
  }

  private boolean mayDie(Place place) {
    Recovered.Segment standing = store.standing(place);
    RunRow row = store.run(place.segment().runId());
    if (standing == null || row == null) {
      RunRow namesake = store.run(place.segment().runId());
      return !survivors.contains(place)
          || store.hasForgotten(place.worker())
          || wishes.coverAllOf(place.worker())
          || mayDieWith(namesake, place.segment().runId());
    }
    return standing.status() != null
        || row.intent != null
        || wishes.cover(place.segment().runId(), row);
  }

  /** A kill of a run means whatever has its id; one that ended by itself takes nobody along. */
  private boolean mayDieWith(@Nullable RunRow row, long runId) {
    if (row == null || !row.isUnfinished()) {
      return store.hadKilled(runId);
    }
    return row.intent != null || wishes.cover(runId, row);
  }

  private boolean mayBeIntended(Mutation.KillIntended intended) {
    RunRow row = store.run(intended.runId());
    return row == null
        || row.incarnation > intended.incarnation()
        || !row.isUnfinished()
        || row.intent != null
        || wishes.cover(intended.runId(), row)
        || (store.era() > 0 && intended.intent().facts().user().isEmpty())
        || isOfAnEarlierEra(intended.intent().facts());
  }

  /** A worker's journal is about to drop the segment. */
  void forgetting(Place place) {
    require(
        isOver(place) || store.hadEndOf(place), "is forgotten, its end is not in the store", place);
    require(!truth.isAlive(place), "is forgotten alive", place);
  }

  /** The end is in the store, or the store has nothing of it that this worker could stand for. */
  private boolean isOver(Place place) {
    Recovered.Segment stored = store.standing(place);
    return stored == null || stored.status() != null;
  }

  // ---- What a restore must leave alone ----

  /**
   * The store is about to be set back: whatever lives now, of a journal that is there, and whose
   * run stands and is not to die, must not die for that.
   */
  void restoring(List<ProcessTree> alive) {
    for (ProcessTree tree : alive) {
      Place place = tree.requirePlace();
      Recovered.Segment standing = store.standing(place);
      RunRow row = store.run(place.segment().runId());
      if (standing != null
          && standing.status() == null
          && row != null
          && row.intent == null
          && !wishes.cover(place.segment().runId(), row)) {
        survivors.add(place);
      }
    }
  }

  /** Its journal does not tell, or no longer, that the store has lost what lives of it. */
  void cannotBeTold(WorkerIdentity identity) {
    survivors.removeIf(place -> place.worker().equals(identity));
  }

  int eraOf(Epoch epoch) {
    return store.eraOf(epoch);
  }

  private static void require(boolean holds, String violation, Object segment) {
    if (!holds) {
      throw new AssertionError("segment %s %s".formatted(segment, violation));
    }
  }
}
