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
 * WAITING (after a restart) ─► LAUNCHING                   │
 * ADOPTING (after a restart) ─► RUNNING ───────────────────┘
 *     └─► DAMAGED (nothing here can prove its end): stays
 * </pre>
 */
final class Segment {
  /** Where it is in its life. */
  enum Phase {
    /** The journal is making its acceptance durable. */
    ACCEPTING,
    /** An earlier worker process accepted it; it is not launched before a head has spoken. */
    WAITING,
    /** The launcher is at work: whether there is a process is not known. */
    LAUNCHING,
    /** A process is held at the gate while the journal makes its record durable. */
    RECORDING,
    /** An earlier worker process launched it; it is being taken over, or looked for. */
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
   * @param grace null when the tree is killed at once
   */
  record Kill(
      KillFacts facts,
      long sinceMillis,
      long atMillis,
      boolean leaderWasOver,
      @Nullable Grace grace) {
    Kill with(Grace other) {
      return new Kill(facts, sinceMillis, atMillis, leaderWasOver, other);
    }

    /** From when on the tree is to be dead, on the core's clock. */
    long deadlineMillis() {
      return grace == null ? sinceMillis : grace.deadlineMillis;
    }

    /** Whether its signal is known to have reached a live member. */
    boolean reached() {
      return grace != null && grace.reached;
    }
  }

  /**
   * How long the tree may go on under a kill.
   *
   * @param signal what it gets first
   * @param deadlineMillis when it is killed, on the core's clock
   * @param reached whether the signal is known to have reached a live member
   */
  record Grace(int signal, long deadlineMillis, boolean reached) {
    Grace until(long otherDeadlineMillis) {
      return new Grace(signal, otherDeadlineMillis, reached);
    }

    Grace whenReached() {
      return new Grace(signal, deadlineMillis, true);
    }
  }

  final SegmentKey key;
  final long epochCounter;
  Phase phase;

  /** Number of the Start that this worker process accepted; 0 = an earlier one did, or nobody. */
  long dispatchNumber;

  /** False for the tombstone of what never came. */
  boolean accepted;

  @Nullable SegmentSpec spec;
  @Nullable ProcessRecord process;

  /** When it began, as far as is known without its process, ms since 1970; else 0. */
  long heardOfStartMillis;

  boolean released;

  /** A head has said, since this worker process started, that it is to run. */
  boolean wanted;

  @Nullable ExitStatus leaderStatus;
  boolean dying;

  /** A signal is on its way through the tree. */
  boolean signalling;

  /**
   * What was told of the tree's end meanwhile: whom the signal reached decides what it is called.
   */
  WorkerEvent.@Nullable FromTree heldEnd;

  @Nullable String launchFailure;
  @Nullable Kill kill;
  boolean tombstoneDurable;
  @Nullable Outcome outcome;

  /** Whether the end was told to the watching head, or is left to the inventory. */
  boolean announced;

  /** What is wrong with its journal entry; empty when nothing is. */
  String damage = "";

  /** Whether its journal entry was damaged: what is found of it is killed, and told so. */
  boolean damaged;

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

  /** Whether the tree under a kill is to be dead by now. */
  boolean isGraceOver(long nowMillis) {
    return kill != null && kill.deadlineMillis() <= nowMillis;
  }

  /**
   * True when the journal is known to hold it. What it does not hold may still fail, or be lost in
   * a crash, and is therefore not told in an inventory.
   */
  boolean isHeld() {
    return switch (phase) {
      case ACCEPTING -> false;
      case TOMBSTONED, CONCLUDING -> accepted || tombstoneDurable;
      case WAITING, LAUNCHING, RECORDING, ADOPTING, RUNNING, OVER, FORGETTING, DAMAGED -> true;
    };
  }

  boolean waitsForTree() {
    return spec != null && spec.waitForTree();
  }

  Answer.InventoryItem inventoryItem() {
    boolean killPending = kill != null && !isOver();
    return switch (phase) {
      case ACCEPTING, WAITING, LAUNCHING, RECORDING, TOMBSTONED ->
          new Answer.InventoryItem(key, Answer.State.ACCEPTED, null, 0, 0, killPending, spec);
      case ADOPTING, RUNNING, CONCLUDING, DAMAGED -> running(killPending);
      case OVER, FORGETTING ->
          new Answer.InventoryItem(key, Answer.State.OVER, outcome, 0, 0, killPending, null);
    };
  }

  private Answer.InventoryItem running(boolean killPending) {
    long pid = process == null ? 0 : process.pid();
    return new Answer.InventoryItem(
        key, Answer.State.RUNNING, null, pid, startedAtMillis(), killPending, spec);
  }

  /** When it began, ms since 1970; 0 when it did not, or it is not known. */
  long startedAtMillis() {
    return process == null ? heardOfStartMillis : process.startedAtMillis();
  }
}
