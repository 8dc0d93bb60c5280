package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.Mutation;
import io.procgrid.worker.core.Command;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.process.TreeDeath;
import java.util.List;

/**
 * Deliberate faults, put into the seams between the cores and the models: each method is a seam,
 * and does nothing unless a saboteur overrides it. They show that the simulation would find such a
 * fault in a core.
 */
class Sabotage {
  static final Sabotage NONE = new Sabotage();

  /** A command that reaches a worker's core. */
  Command arriving(
      Command command, WorkerIdentity identity, WorkerInstance instance, ModelJournal journal) {
    return command;
  }

  /** False: the journal says that the entry is durable, and it is not. */
  boolean isJournaled(JournalEntry entry) {
    return true;
  }

  /** What a worker's core is told of its journal. */
  io.procgrid.worker.core.Recovered recovered(
      io.procgrid.worker.core.Recovered recovered, String bootId) {
    return recovered;
  }

  /** True: a tree counts as dead as soon as it is to be killed. */
  boolean provesUnseen(SegmentKey segment) {
    return false;
  }

  /** What a worker's core is told of a tree that was killed. */
  TreeDeath seen(TreeDeath death) {
    return death;
  }

  /** False: the store says that the mutation is durable, and it is not. */
  boolean isStored(Mutation mutation) {
    return true;
  }

  /** True: the store says that the mutation is durable some time before it is. */
  boolean isStoredLate(Mutation mutation) {
    return false;
  }

  /** What a head's core is told of its store. */
  io.procgrid.head.core.Recovered recovered(
      io.procgrid.head.core.Recovered recovered, boolean clusterStarts) {
    return recovered;
  }

  /** Effects of one step of a head's core. */
  List<HeadEffect> leaving(List<HeadEffect> effects) {
    return effects;
  }
}
