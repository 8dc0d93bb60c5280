package io.procgrid.worker.engine;

import static java.util.Objects.requireNonNull;

import io.procgrid.common.failpoint.Failpoints;
import io.procgrid.common.loop.LoopListener;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.WorkerEffect;
import io.procgrid.worker.core.WorkerEvent;
import java.util.HashMap;
import java.util.Map;

/**
 * The failpoints of a worker: at everything that comes to its core, is made durable, is done to a
 * process, or is told.
 *
 * <pre>
 *   received-Kill                 a command, or what became of a process, not yet looked at
 *   before-journal-Tombstoned     decided, not yet given to the journal
 *   after-journal-Tombstoned      durable; nobody knows yet
 *   before-Launch                 no process yet
 *   received-Launched             there is a process, of which only the launcher knows
 *   before-KillTree               about to be killed
 *   before-report-Proven          about to be told to a killer or to the watching head
 *   before-answer-StartsAnswered  about to be answered
 * </pre>
 */
public final class WorkerFailpoints implements LoopListener<WorkerEvent, WorkerEffect> {
  private final Failpoints failpoints;
  private final Map<Long, JournalEntry> underWay = new HashMap<>();

  public WorkerFailpoints(Failpoints failpoints) {
    this.failpoints = failpoints;
  }

  @Override
  public void beforeStep(WorkerEvent event) {
    switch (event) {
      case WorkerEvent.Commanded commanded -> reach("received-", commanded.command());
      case WorkerEvent.FromTree fromTree -> reach("received-", fromTree);
      case WorkerEvent.Journaled(long ticket) ->
          reach("after-journal-", requireNonNull(underWay.remove(ticket)));
      case WorkerEvent.JournalFailed failed -> underWay.remove(failed.ticket());
      case WorkerEvent.Resumed _,
          WorkerEvent.Withdrawn _,
          WorkerEvent.Acknowledged _,
          WorkerEvent.BundleStored _ -> {}
    }
  }

  @Override
  public void beforeEffect(WorkerEffect effect) {
    switch (effect) {
      case WorkerEffect.Journal(long ticket, JournalEntry entry) -> {
        underWay.put(ticket, entry);
        reach("before-journal-", entry);
      }
      case WorkerEffect.OnTree onTree -> reach("before-", onTree);
      case WorkerEffect.Reply reply -> reach("before-answer-", reply.answer());
      case WorkerEffect.Progress progress -> reach("before-report-", progress.step());
      case WorkerEffect.Notify notify -> reach("before-report-", notify.notice());
      case WorkerEffect.DropBundle dropBundle -> reach("before-", dropBundle);
    }
  }

  private void reach(String moment, Object subject) {
    failpoints.reach(moment + subject.getClass().getSimpleName());
  }
}
