package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Outcome;
import io.procgrid.head.core.Recovered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What really happened to processes, whatever anybody believes: the measure of every answer and
 * every status.
 *
 * <p>A store that is set back begins a new era. What it does not remember may be asked for, and
 * run, once more then; within an era nothing begins twice.
 */
final class Truth {
  private static final class Life {
    final List<ProcessTree> trees = new ArrayList<>(1);
    @Nullable ProcessTree begun;

    /** A worker has told its end. */
    boolean told;

    /** A kill met a live member. */
    boolean struckAlive;

    boolean isAlive() {
      return trees.stream().anyMatch(ProcessTree::isAlive);
    }
  }

  private record Killed(int incarnation, int era) {}

  private final World world;
  private final ModelStore store;
  private final Map<Place, Life> lives = new HashMap<>();

  /** The tree that began last, by whatever worker. */
  private final Map<SegmentKey, ProcessTree> begun = new HashMap<>();

  /** Highest incarnation answered as killed, by run. */
  private final Map<Long, Killed> answeredKilled = new HashMap<>();

  Truth(World world, ModelStore store) {
    this.world = world;
    this.store = store;
  }

  private Life life(Place place) {
    return lives.computeIfAbsent(place, k -> new Life());
  }

  /** A process exists, held at the gate. */
  void launched(Place place, ProcessTree tree) {
    Life life = life(place);
    ProcessTree former = life.begun;
    if (former != null && former.era() < tree.era() && !life.isAlive()) {
      // The store that asks for it knows nothing of that one.
      life = new Life();
      lives.put(place, life);
    }
    life.trees.add(tree);
  }

  boolean isAlive(@Nullable Place place) {
    Life life = place == null ? null : lives.get(place);
    return life != null && life.isAlive();
  }

  boolean hasBegun(@Nullable Place place) {
    Life life = place == null ? null : lives.get(place);
    return life != null && life.begun != null;
  }

  /** It has ended, or a worker has told so, whether or not the store has it. */
  boolean isOver(@Nullable Place place) {
    Life life = place == null ? null : lives.get(place);
    return life != null && (life.told || life.begun != null) && !life.isAlive();
  }

  /** User code of the segment begins: may it? */
  void begins(ProcessTree tree, Place place) {
    world.tally().begun++;
    Life life = life(place);
    SegmentKey key = place.segment();
    ProcessTree before = begun.get(key);
    if (life.begun != null || (before != null && before.era() == tree.era())) {
      throw new AssertionError("segment %s begins twice".formatted(place));
    }
    life.begun = tree;
    begun.put(key, tree);
    Killed killed = answeredKilled.get(key.runId());
    if (killed != null
        && killed.incarnation >= key.incarnation()
        && killed.era == tree.era()
        && !isAbandoned(place, killed)) {
      throw new AssertionError("segment %s begins, it was answered as killed".formatted(place));
    }
    requireFormerOver(tree, key);
    if (tree.era() == store.era()) {
      requireWanted(place);
    }
  }

  /** An operator was told that this may live; a later incarnation was killed since. */
  private boolean isAbandoned(Place place, Killed killed) {
    return killed.incarnation > place.segment().incarnation() && store.hasForgotten(place.worker());
  }

  private void requireFormerOver(ProcessTree tree, SegmentKey key) {
    for (int earlier = 1; earlier < key.incarnation(); earlier++) {
      ProcessTree former = begun.get(new SegmentKey(key.runId(), earlier, key.segment()));
      if (former != null
          && former.isAlive()
          && former.era() == tree.era()
          && !store.hasForgotten(former.requirePlace().worker())) {
        throw new AssertionError("segment %s begins beside a former one".formatted(key));
      }
    }
  }

  private void requireWanted(Place place) {
    Recovered.Segment stored = store.standing(place);
    if (store.hasForgotten(place.worker())) {
      // It may not know yet that nobody counts on it any more.
      return;
    }
    if (stored == null) {
      throw new AssertionError(
          "segment %s begins where the store has not placed it".formatted(place));
    }
    if (stored.status() != null) {
      throw new AssertionError("segment %s begins, the store holds its end".formatted(place));
    }
  }

  void struck(Place place) {
    life(place).struckAlive = true;
  }

  /** A client was told that the run is killed. */
  void answeredKilled(long runId, int incarnation, RunRow row) {
    if (row.incarnation == incarnation) {
      for (Recovered.Segment segment : row.segments.values()) {
        Place place = row.placeOf(runId, segment);
        if (isAlive(place)) {
          throw new AssertionError("segment %s was answered as killed and lives".formatted(place));
        }
      }
    }
    Killed before = answeredKilled.get(runId);
    if (before == null || before.era < store.era() || before.incarnation < incarnation) {
      answeredKilled.put(runId, new Killed(incarnation, store.era()));
    }
  }

  /**
   * A worker says that the segment is over, and how. What it says of a segment whose end the store
   * has, and which it may have forgotten since, nobody will believe.
   */
  void claimed(Place place, Outcome outcome) {
    if (isSettled(place)) {
      requireDead(place, outcome);
    } else {
      believed(place, outcome);
      life(place).told = true;
    }
  }

  /** The store has the segment's end, or nothing of it any more. */
  boolean isSettled(Place place) {
    Recovered.Segment stored = store.standing(place);
    return stored == null || stored.status() != null || store.hadEndOf(place);
  }

  /** The store is about to keep that the segment is over, and how: is it so? */
  void believed(Place place, Outcome outcome) {
    requireDead(place, outcome);
    String lie = lieIn(place, outcome);
    if (!lie.isEmpty()) {
      throw new AssertionError("segment %s: %s, but told is %s".formatted(place, lie, outcome));
    }
  }

  private void requireDead(Place place, Outcome outcome) {
    if (isAlive(place)) {
      throw new AssertionError("segment %s is told to be over and lives".formatted(place));
    }
    SegmentKey key = place.segment();
    for (int earlier = 1; outcome.kill() != null && earlier < key.incarnation(); earlier++) {
      SegmentKey former = new SegmentKey(key.runId(), earlier, key.segment());
      if (isAlive(new Place(place.worker(), former))) {
        throw new AssertionError("a former one of segment %s lives".formatted(place));
      }
    }
  }

  private String lieIn(Place place, Outcome outcome) {
    Life life = lives.get(place);
    ProcessTree tree = life == null ? null : life.begun;
    return switch (outcome.kind()) {
      case NEVER_STARTED, START_FAILED ->
          // One of an era before may have been forgotten since.
          tree == null || tree.era() < store.era() ? "" : "it has begun";
      case KILLED ->
          // Also one whose gate was just opening.
          life != null && life.struckAlive ? "" : "no kill met anything alive";
      case ENDED -> lieAboutExit(tree, outcome.status());
    };
  }

  private static String lieAboutExit(@Nullable ProcessTree tree, @Nullable ExitStatus told) {
    if (told instanceof ExitStatus.Lost) {
      // Unknown is said as unknown.
      return "";
    }
    if (tree == null) {
      return "it never began";
    }
    return told != null && told.equals(tree.exit()) ? "" : "it ended by " + tree.exit();
  }
}
