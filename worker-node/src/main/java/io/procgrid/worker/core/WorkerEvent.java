package io.procgrid.worker.core;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.ProcessRecord;
import io.procgrid.worker.process.TreeDeath;

/**
 * What the core can be told. {@code atMillis} is wall clock, ms since 1970: kept, never compared.
 */
public sealed interface WorkerEvent {
  /** The first event: takes up what the journal holds. */
  record Resumed(long atMillis) implements WorkerEvent {}

  /**
   * A command of a caller.
   *
   * @param request names the {@link WorkerEffect.Reply} that answers it, and its stream
   */
  record Commanded(long request, long atMillis, Command command) implements WorkerEvent {}

  /** The caller of a stream is gone. What it asked for goes on. */
  record Withdrawn(long request) implements WorkerEvent {}

  /** The head has handled the notices of a Watch up to this number. */
  record Acknowledged(long request, long number) implements WorkerEvent {}

  /** The worker holds these files. */
  record BundleStored(String hash) implements WorkerEvent {}

  /** The entry of this ticket is durable. */
  record Journaled(long ticket) implements WorkerEvent {}

  /** The entry of this ticket is not durable, and whether it ever will be is not known. */
  record JournalFailed(long ticket, String reason) implements WorkerEvent {}

  /** From the process tree of one segment. */
  sealed interface FromTree extends WorkerEvent {
    SegmentKey segment();
  }

  /** Its process exists, held at the gate. */
  record Launched(SegmentKey segment, ProcessRecord process) implements FromTree {}

  /** It could not be launched; nothing of it is left behind. */
  record LaunchFailed(SegmentKey segment, String reason, long atMillis) implements FromTree {}

  /** Its launch was cancelled before it began: there is no process, nor will there be one. */
  record LaunchCancelled(SegmentKey segment) implements FromTree {}

  /** The tree of an earlier worker process is in hand, dead or alive. */
  record Adopted(SegmentKey segment) implements FromTree {}

  /** It could not be taken over: whether it lives is not known. */
  record AdoptFailed(SegmentKey segment, String reason) implements FromTree {}

  /**
   * The leader of a tree that was taken over ended at its gate, which the earlier worker process
   * had not opened: no user code ran.
   */
  record NeverBegan(SegmentKey segment) implements FromTree {}

  /** The leader is over. */
  record LeaderExited(SegmentKey segment, ExitStatus status) implements FromTree {}

  /**
   * The tree was sent its signal.
   *
   * @param reachedLiveMember whether a member that was alive took it
   */
  record TreeSignalled(SegmentKey segment, boolean reachedLiveMember) implements FromTree {}

  /** The tree is killed and proven dead. */
  record TreeDead(SegmentKey segment, TreeDeath death, ExitStatus leader, long atMillis)
      implements FromTree {}

  /** The tree ended without being killed. */
  record TreeEmpty(SegmentKey segment, long atMillis) implements FromTree {}

  /** A kill has no proof yet, and why. */
  record KillBlocked(SegmentKey segment, String reason) implements FromTree {}
}
