package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.KillFacts;

/**
 * What a caller can ask of the core. Each is answered by one {@link Answer}; a command that is
 * refused changed nothing.
 */
public sealed interface Command {
  /** Answered by {@link Answer.Done}; refused when the name is taken. */
  record CreateProc(ProcDefinition proc, Bundle bundle) implements Command {}

  /**
   * Kills the proc's runs, removes its entries and frees the name. Answered by {@link
   * Answer.Killed}.
   */
  record DeleteProc(String name, KillTerms terms) implements Command {}

  /** Answered by {@link Answer.Procs}; refused when a name is given that does not exist. */
  record ShowProcs(String name) implements Command {}

  /** Answered by {@link Answer.Accepted} once the run is durable. */
  record Execute(RunRequest request) implements Command {}

  /**
   * Kills what the selector matches. Answered by {@link Answer.Killed} when everything reachable is
   * proven and the intents are durable, or the time is up; refused, outcome unknown, when nothing
   * could be stored in time.
   *
   * @param dryRun list only
   * @param clearAutoStart also remove the matching auto-start entries
   */
  record KillRuns(Selector selector, KillTerms terms, boolean dryRun, boolean clearAutoStart)
      implements Command {}

  /**
   * Answered by {@link Answer.Runs}.
   *
   * @param waitMillis ms to wait for the selected runs to be over; 0 = answer at once
   */
  record QueryRuns(Selector selector, long waitMillis) implements Command {}

  /**
   * Forgets runs that are over; others are left alone. Answered by {@link Answer.Done} when
   * durable.
   */
  record ClearRuns(ImmutableList<Long> runIds) implements Command {}

  /** Answered by {@link Answer.Workers}. */
  record ShowWorkers() implements Command {}

  /**
   * A worker announces itself. Answered by {@link Answer.Registered} when its record is durable.
   */
  record RegisterWorker(WorkerAnnouncement announcement) implements Command {}

  /**
   * An operator gives a worker that is away up, with its runs. Answered by {@link
   * Answer.WorkerForgotten} when durable.
   *
   * @param worker number, identity or address
   */
  record ForgetWorker(String worker, KillFacts facts) implements Command {}

  /** A worker leaves in order, with nothing running. Answered by {@link Answer.Done}. */
  record LeaveWorker(WorkerIdentity identity, WorkerInstance instance) implements Command {}
}
