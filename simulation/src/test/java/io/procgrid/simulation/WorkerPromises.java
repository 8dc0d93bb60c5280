package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.Outcome;
import io.procgrid.worker.core.Answer;
import io.procgrid.worker.core.KillStep;
import io.procgrid.worker.core.Notice;
import io.procgrid.worker.core.WorkerEffect;

/** What a worker may do and say only when its journal has it, or when it is so. */
final class WorkerPromises {
  private final WorkerIdentity identity;
  private final ModelJournal journal;
  private final Truth truth;

  WorkerPromises(WorkerIdentity identity, ModelJournal journal, Truth truth) {
    this.identity = identity;
    this.journal = journal;
    this.truth = truth;
  }

  void performing(WorkerEffect effect) {
    switch (effect) {
      case WorkerEffect.Launch(SegmentKey key, var _) -> {
        ModelJournal.Entry entry = journal.find(key);
        require(entry != null && entry.accepted, "launched undurable", key);
        require(entry != null && entry.end == null, "launched after its end", key);
      }
      case WorkerEffect.Release(SegmentKey key) -> {
        ModelJournal.Entry entry = journal.find(key);
        require(entry != null && entry.process != null, "released unrecorded", key);
        require(entry != null && entry.tombstone == null, "released under a tombstone", key);
      }
      case WorkerEffect.CleanUp(SegmentKey key) -> {
        ModelJournal.Entry entry = journal.find(key);
        require(!truth.isAlive(place(key)), "cleaned up alive", key);
        require(entry == null || entry.end != null, "cleaned up before its end is durable", key);
      }
      case WorkerEffect.Progress(long _, KillStep.Proven(SegmentKey key, Outcome outcome)) ->
          telling(key, outcome, true);
      case WorkerEffect.Notify(
              long _,
              long _,
              Notice.Terminated(SegmentKey key, Outcome outcome)) ->
          telling(key, outcome, false);
      case WorkerEffect.Reply(long _, Answer answer) -> answering(answer);
      case WorkerEffect.Progress _,
          WorkerEffect.Notify _,
          WorkerEffect.Journal _,
          WorkerEffect.DropBundle _,
          WorkerEffect.CancelLaunch _,
          WorkerEffect.Adopt _,
          WorkerEffect.Find _,
          WorkerEffect.SignalTree _,
          WorkerEffect.KillTree _,
          WorkerEffect.AwaitEmpty _ -> {}
    }
  }

  private Place place(SegmentKey key) {
    return new Place(identity, key);
  }

  /** What was forgotten since, or killed once more after that, is told without consequence. */
  private void telling(SegmentKey key, Outcome outcome, boolean toKiller) {
    truth.claimed(place(key), outcome);
    if (truth.isSettled(place(key))) {
      return;
    }
    ModelJournal.Entry entry = journal.find(key);
    require(entry != null && outcome.equals(entry.end), "told to be over undurably", key);
    require(
        !toKiller || (entry != null && entry.tombstone != null),
        "proven to a killer without its tombstone",
        key);
  }

  private void answering(Answer answer) {
    switch (answer) {
      case Answer.StartsAnswered(var answers) -> {
        for (Answer.StartAnswer each : answers) {
          if (each.decision() == Answer.Decision.ACCEPTED) {
            require(journal.find(each.segment()) != null, "accepted undurably", each.segment());
          }
        }
      }
      case Answer.Connected connected -> {
        if (!connected.highestEpoch().equals(journal.epoch())) {
          throw new AssertionError("connected undurably: " + connected);
        }
      }
      case Answer.Listed(var items) -> {
        for (Answer.InventoryItem item : items) {
          Outcome outcome = item.outcome();
          if (outcome != null) {
            truth.claimed(place(item.segment()), outcome);
          }
        }
      }
      case Answer.ForgetAnswered _,
          Answer.Done _,
          Answer.Refused _,
          Answer.Unavailable _,
          Answer.UnknownSegment _,
          Answer.Standing _ -> {}
    }
  }

  private static void require(boolean holds, String violation, SegmentKey key) {
    if (!holds) {
      throw new AssertionError("segment %s %s".formatted(key, violation));
    }
  }
}
