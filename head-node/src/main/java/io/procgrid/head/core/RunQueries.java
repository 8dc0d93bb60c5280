package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.run.RunStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Queries of status, at once or when the runs they ask for are over. */
final class RunQueries {
  /** A query that waits. */
  static final class Wait {
    private final long request;
    private final Selector selector;
    private final Set<Run> unfinished;
    private Timers.@Nullable Timer timeUp;

    private Wait(long request, Selector selector, Set<Run> unfinished) {
      this.request = request;
      this.selector = selector;
      this.unfinished = unfinished;
    }
  }

  private final CoreContext context;
  private final Runs runs;
  private final AutoStart autoStart;
  private final Dispatcher dispatcher;
  private final Settling settling;

  RunQueries(
      CoreContext context,
      Runs runs,
      AutoStart autoStart,
      Dispatcher dispatcher,
      Settling settling) {
    this.context = context;
    this.runs = runs;
    this.autoStart = autoStart;
    this.dispatcher = dispatcher;
    this.settling = settling;
  }

  void query(long request, Command.QueryRuns command) {
    Set<Run> unfinished = new HashSet<>();
    if (command.waitMillis() > 0) {
      for (Run run : runs.matching(command.selector())) {
        if (!run.endStored) {
          unfinished.add(run);
        }
      }
    }
    Wait wait = new Wait(request, command.selector(), unfinished);
    if (unfinished.isEmpty()) {
      answer(wait);
      return;
    }
    unfinished.forEach(run -> run.waits.add(wait));
    wait.timeUp = context.after(command.waitMillis(), () -> answer(wait));
  }

  /** The end of a run is in the store. */
  void runEnded(Run run) {
    for (Wait wait : run.waits) {
      wait.unfinished.remove(run);
      if (wait.unfinished.isEmpty()) {
        answer(wait);
      }
    }
    run.waits.clear();
  }

  private void answer(Wait wait) {
    if (wait.timeUp != null) {
      context.timers.cancel(wait.timeUp);
    }
    wait.unfinished.forEach(run -> run.waits.remove(wait));
    ImmutableList.Builder<RunView> views = ImmutableList.builder();
    for (Run run : runs.matching(wait.selector)) {
      views.add(view(run));
    }
    for (AutoStart.Entry entry : autoStart.idle(wait.selector)) {
      views.add(new RunView(entry.runId, 0, RunStatus.NONE, "", ImmutableList.of()));
    }
    context.outbox.reply(wait.request, new Answer.Runs(views.build()));
  }

  /** An entry reads none until it has run, also while its new incarnation waits for workers. */
  private RunView view(Run run) {
    if (!run.waits()) {
      return run.view("");
    }
    RunView view = run.view(dispatcher.reasonFor(run));
    return autoStart.find(run.runId) == null ? view : view.withStatus(RunStatus.NONE);
  }

  void clear(long request, Command.ClearRuns command) {
    ImmutableList.Builder<Long> ids = ImmutableList.builder();
    List<Run> onHeap = new ArrayList<>();
    for (long runId : command.runIds()) {
      Run run = runs.find(runId);
      if (run == null) {
        ids.add(runId);
      } else if (run.endStored) {
        run.cleared = true;
        onHeap.add(run);
        ids.add(runId);
      }
    }
    context.outbox.persist(
        List.of(new Mutation.RunsCleared(ids.build())),
        () -> {
          onHeap.forEach(settling::cleared);
          for (long runId : command.runIds()) {
            AutoStart.Entry entry = autoStart.find(runId);
            if (entry != null) {
              entry.cleared = true;
            }
          }
          context.outbox.reply(request, new Answer.Done());
        },
        reason -> {
          for (Run run : onHeap) {
            run.cleared = false;
            // Output that came meanwhile was not taken.
            settling.resumeOutputs(run);
          }
          context.outbox.refuse(
              request, "the runs could not be forgotten: %s; all are kept".formatted(reason));
        });
  }
}
