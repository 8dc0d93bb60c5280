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
 */
final class Truth {
  private static final class Life {
    final List<ProcessTree> trees = new ArrayList<>(1);
    @Nullable ProcessTree begun;

    /** A worker has told its end. */
    boolean told;

    /** A kill met a live member. */
    boolean struckAlive;
  }

  private final World world;
  private final ModelStore store;
  private final Map<SegmentKey, Life> lives = new HashMap<>();

  /** Highest incarnation answered as killed, by run. */
  private final Map<Long, Integer> answeredKilled = new HashMap<>();

  Truth(World world, ModelStore store) {
    this.world = world;
    this.store = store;
  }

  private Life life(SegmentKey key) {
    return lives.computeIfAbsent(key, k -> new Life());
  }

  void launched(SegmentKey key, ProcessTree tree) {
    life(key).trees.add(tree);
  }

  boolean isAlive(SegmentKey key) {
    Life life = lives.get(key);
    return life != null && life.trees.stream().anyMatch(ProcessTree::isAlive);
  }

  boolean hasBegun(SegmentKey key) {
    Life life = lives.get(key);
    return life != null && life.begun != null;
  }

  /** It has ended, or a worker has told so, whether or not the store has it. */
  boolean isOver(SegmentKey key) {
    Life life = lives.get(key);
    return life != null && (life.told || life.begun != null) && !isAlive(key);
  }

  /** User code of the segment begins: may it? */
  void begins(SegmentKey key, WorkerMachine machine) {
    world.tally().begun++;
    Life life = life(key);
    if (life.begun != null) {
      throw new AssertionError("segment %s begins twice".formatted(key));
    }
    if (answeredKilled.getOrDefault(key.runId(), 0) >= key.incarnation()) {
      throw new AssertionError("segment %s begins, it was answered as killed".formatted(key));
    }
    for (int earlier = 1; earlier < key.incarnation(); earlier++) {
      if (isAlive(new SegmentKey(key.runId(), earlier, key.segment()))) {
        throw new AssertionError("segment %s begins beside a former one".formatted(key));
      }
    }
    Recovered.Segment stored = store.segment(key);
    if (stored == null || stored.status() != null) {
      throw new AssertionError(
          "segment %s begins, the store holds that it is over or not to be".formatted(key));
    }
    if (stored.placement() == null || !stored.placement().identity().equals(machine.identity())) {
      throw new AssertionError(
          "segment %s begins on %s, where it was not placed".formatted(key, machine));
    }
    for (ProcessTree tree : life.trees) {
      if (tree.isReleased()) {
        life.begun = tree;
      }
    }
  }

  void struck(SegmentKey key) {
    life(key).struckAlive = true;
  }

  void answeredKilled(long runId, int incarnation, int segments) {
    for (int segment = 0; segment < segments; segment++) {
      SegmentKey key = new SegmentKey(runId, incarnation, segment);
      if (isAlive(key)) {
        throw new AssertionError("segment %s was answered as killed and lives".formatted(key));
      }
    }
    answeredKilled.merge(runId, incarnation, Math::max);
  }

  /**
   * A worker says that the segment is over, and how. What it says of a segment whose end the store
   * has, and which it may have forgotten since, nobody will believe.
   */
  void claimed(SegmentKey key, Outcome outcome) {
    if (isSettled(key)) {
      requireDead(key, outcome);
    } else {
      believed(key, outcome);
      life(key).told = true;
    }
  }

  /** The store has the segment's end, or nothing of it any more. */
  boolean isSettled(SegmentKey key) {
    Recovered.Segment stored = store.segment(key);
    return stored == null || stored.status() != null;
  }

  /** The store is about to keep that the segment is over, and how: is it so? */
  void believed(SegmentKey key, Outcome outcome) {
    requireDead(key, outcome);
    String lie = lieIn(key, outcome);
    if (!lie.isEmpty()) {
      throw new AssertionError("segment %s: %s, but told is %s".formatted(key, lie, outcome));
    }
  }

  private void requireDead(SegmentKey key, Outcome outcome) {
    if (isAlive(key)) {
      throw new AssertionError("segment %s is told to be over and lives".formatted(key));
    }
    for (int earlier = 1; outcome.kill() != null && earlier < key.incarnation(); earlier++) {
      if (isAlive(new SegmentKey(key.runId(), earlier, key.segment()))) {
        throw new AssertionError("a former one of segment %s lives".formatted(key));
      }
    }
  }

  private String lieIn(SegmentKey key, Outcome outcome) {
    Life life = lives.get(key);
    ProcessTree tree = life == null ? null : life.begun;
    return switch (outcome.kind()) {
      case NEVER_STARTED, START_FAILED -> tree == null ? "" : "it has begun";
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
