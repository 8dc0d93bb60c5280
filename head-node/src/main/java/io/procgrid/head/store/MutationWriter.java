package io.procgrid.head.store;

import io.procgrid.head.core.Mutation;
import java.sql.SQLException;

/** Carries mutations out, in the transaction its connection is in. */
final class MutationWriter {
  private final ProcTable procs;
  private final RunTable runs;
  private final SegmentTable segments;
  private final WorkerTable workers;
  private final TermTable terms;

  MutationWriter(Statements statements) {
    this.procs = new ProcTable(statements);
    this.runs = new RunTable(statements);
    this.segments = new SegmentTable(statements);
    this.workers = new WorkerTable(statements);
    this.terms = new TermTable(statements);
  }

  void write(Mutation mutation) throws SQLException {
    switch (mutation) {
      case Mutation.ProcCreated created -> procs.create(created.proc(), created.bundle());
      case Mutation.ProcDeleted deleted -> procs.delete(deleted.name());
      case Mutation.RunCreated created -> runs.create(created);
      case Mutation.AutoStartRemoved removed -> runs.removeAutoStart(removed.runId());
      case Mutation.AutoStartTaken taken -> runs.take(taken);
      case Mutation.SegmentsFixed fixed -> segments.fix(fixed);
      case Mutation.SegmentPlaced placed -> segments.place(placed.segment(), placed.placement());
      case Mutation.KillIntended intended -> runs.intendKill(intended);
      case Mutation.SegmentEnded ended -> segments.end(ended);
      case Mutation.RunEnded ended ->
          runs.end(ended.runId(), ended.incarnation(), ended.status(), ended.atMillis());
      case Mutation.OutputSaved saved -> segments.saveOutput(saved.segment(), saved.output());
      case Mutation.RunsCleared cleared -> runs.clear(cleared.runIds());
      case Mutation.EpochRaised raised -> terms.raise(raised);
      case Mutation.RunImported imported -> runs.bringBack(imported);
      case Mutation.RunReopened reopened -> runs.reopen(reopened);
      case Mutation.SegmentImported imported -> segments.bringBack(imported);
      case Mutation.JournalImported imported -> {
        workers.imported(imported.worker());
        terms.useUpTo(imported.nextRunId());
      }
      case Mutation.WorkerRecorded recorded -> workers.record(recorded.worker());
    }
  }
}
