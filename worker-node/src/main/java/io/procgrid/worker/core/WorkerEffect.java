package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.process.ProcessRecord;
import org.jspecify.annotations.Nullable;

/** What the core wants done. The engine takes effects in order and reports back by events. */
public sealed interface WorkerEffect {
  /**
   * Make an entry durable, after those of every lower ticket. Answered by one {@link
   * WorkerEvent.Journaled} or {@link WorkerEvent.JournalFailed}, in the order of tickets.
   */
  record Journal(long ticket, JournalEntry entry) implements WorkerEffect {}

  /** Answer a command, and end its stream if it has one. Exactly one per command. */
  record Reply(long request, Answer answer) implements WorkerEffect {}

  /** Tell a killer. */
  record Progress(long request, KillStep step) implements WorkerEffect {}

  /** Tell the watching head; a heartbeat repeats the number of the last notice. */
  record Notify(long request, long number, Notice notice) implements WorkerEffect {}

  /**
   * The files of a proc are needed no more: remove them, unless the head has just sent them again.
   */
  record DropBundle(String hash) implements WorkerEffect {}

  /** What is done to the process tree of one segment. */
  sealed interface OnTree extends WorkerEffect {
    SegmentKey segment();
  }

  /**
   * Answered by one of {@link WorkerEvent.Launched}, {@link WorkerEvent.LaunchFailed} and {@link
   * WorkerEvent.LaunchCancelled}.
   */
  record Launch(SegmentKey segment, SegmentSpec spec) implements OnTree {}

  /** Do not begin the launch, if it has not begun. */
  record CancelLaunch(SegmentKey segment) implements OnTree {}

  /** Answered by {@link WorkerEvent.Adopted} or {@link WorkerEvent.AdoptFailed}. */
  record Adopt(SegmentKey segment, ProcessRecord process) implements OnTree {}

  /**
   * Look for a tree whose pid is not known, or means nothing here. Answered like {@link Adopt}.
   *
   * @param process where it was put; null when that is not known either
   */
  record Find(SegmentKey segment, @Nullable ProcessRecord process) implements OnTree {}

  /** Open the gate. */
  record Release(SegmentKey segment) implements OnTree {}

  /**
   * Send a signal to every live member of the tree, and SIGCONT, so that a stopped one can heed it.
   * Answered by one {@link WorkerEvent.TreeSignalled}.
   */
  record SignalTree(SegmentKey segment, int signal) implements OnTree {}

  /** Answered by {@link WorkerEvent.TreeDead}; meanwhile by {@link WorkerEvent.KillBlocked}. */
  record KillTree(SegmentKey segment) implements OnTree {}

  /** Answered by {@link WorkerEvent.TreeEmpty}. */
  record AwaitEmpty(SegmentKey segment) implements OnTree {}

  /** Nothing of the segment is alive: give back what it held on the host, except its output. */
  record CleanUp(SegmentKey segment) implements OnTree {}
}
