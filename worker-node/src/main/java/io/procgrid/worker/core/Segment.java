package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.process.ProcessRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the core knows of one segment.
 *
 * <pre>
 * ACCEPTING ─► LAUNCHING ─► RECORDING ─► RUNNING ─┬─► CONCLUDING ─► OVER ─► FORGETTING
 *     │            │            │                 │        ▲
 *     └────────────┴────────────┴── a kill or a failure ───┤
 * TOMBSTONED (a kill of what never came) ──────────────────┤
 * ADOPTING (after a restart) ─► RUNNING                    │
 * DAMAGED (its journal entry cannot be read): stays
 * </pre>
 */
final class Segment {
  /** Where it is in its life. */
  enum Phase {
    /** The journal is making its acceptance durable. */
    ACCEPTING,
    /** The launcher is at work: whether there is a process is not known. */
    LAUNCHING,
    /** A process is held at the gate while the journal makes its record durable. */
    RECORDING,
    /** An earlier worker process launched it; it is being taken over. */
    ADOPTING,
    /** The gate is open. */
    RUNNING,
    /** A kill came before any Start: only its tombstone exists. */
    TOMBSTONED,
    /** Nothing of it is alive; the journal is making its end durable. */
    CONCLUDING,
    /** Its end is durable. */
    OVER,
    /** The journal is dropping it. */
    FORGETTING,
    /** What became of it is not known. */
    DAMAGED
  }

  /**
   * A kill that was ordered.
   *
   * @param sinceMillis receipt, on the core's monotonic clock
   * @param atMillis receipt, wall clock
   * @param leaderWasOver the leader's end was known before
   */
  record Kill(KillFacts facts, long sinceMillis, long atMillis, boolean leaderWasOver) {}

  final SegmentKey key;
  final long epochCounter;
  Phase phase;

  /** False for the tombstone of what never came. */
  boolean accepted;

  @Nullable SegmentSpec spec;
  @Nullable ProcessRecord process;
  boolean released;
  @Nullable ExitStatus leaderStatus;
  boolean dying;
  @Nullable String launchFailure;
  @Nullable Kill kill;
  boolean tombstoneDurable;
  @Nullable Outcome outcome;

  /** Whether the end was told to the watching head, or is left to the inventory. */
  boolean announced;

  /** What is wrong with a damaged one. */
  String damage = "";

  /** Why a kill has no proof; empty while there is nothing to say. */
  String blocked = "";

  Segment(SegmentKey key, long epochCounter, Phase phase) {
    this.key = key;
    this.epochCounter = epochCounter;
    this.phase = phase;
  }

  boolean isOver() {
    return phase == Phase.OVER || phase == Phase.FORGETTING;
  }

  /** True when its end, and the tombstone if a kill was ordered, are durable. */
  boolean isProven() {
    return isOver() && (kill == null || tombstoneDurable || phase == Phase.FORGETTING);
  }

  /**
   * True when the journal is known to hold it. What it does not hold may still fail, or be lost in
   * a crash, and is therefore not told in an inventory.
   */
  boolean isHeld() {
    return switch (phase) {
      case ACCEPTING -> false;
      case TOMBSTONED, CONCLUDING -> accepted || tombstoneDurable;
      case LAUNCHING, RECORDING, ADOPTING, RUNNING, OVER, FORGETTING, DAMAGED -> true;
    };
  }

  boolean waitsForTree() {
    return spec != null && spec.waitForTree();
  }

  Answer.InventoryItem inventoryItem() {
    boolean killPending = kill != null && !isOver();
    return switch (phase) {
      case ACCEPTING, LAUNCHING, RECORDING, TOMBSTONED ->
          new Answer.InventoryItem(key, Answer.State.ACCEPTED, null, 0, 0, killPending);
      case ADOPTING, RUNNING, CONCLUDING, DAMAGED -> running(killPending);
      case OVER, FORGETTING ->
          new Answer.InventoryItem(key, Answer.State.OVER, outcome, 0, 0, killPending);
    };
  }

  private Answer.InventoryItem running(boolean killPending) {
    long pid = process == null ? 0 : process.pid();
    long startedAt = process == null ? 0 : process.startedAtMillis();
    return new Answer.InventoryItem(key, Answer.State.RUNNING, null, pid, startedAt, killPending);
  }
}
