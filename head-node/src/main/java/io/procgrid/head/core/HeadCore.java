package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.loop.Core;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.RunStatus;
import java.util.List;

/**
 * The run registry: a pure state machine that owns all run state of the cluster.
 *
 * <p>What callers may rely on:
 *
 * <ul>
 *   <li>What was answered is in the store: a proc, a run, a kill, an entry.
 *   <li>A run is listed as killed only when the worker each segment was placed on has proven it
 *       dead, and the store has it.
 *   <li>A segment's placement is in the store before its Start leaves; nothing of a run with a kill
 *       intent is started.
 *   <li>A command that is refused has changed nothing, unless it says that the outcome is unknown.
 * </ul>
 */
public final class HeadCore implements Core<HeadEvent, HeadEffect> {
  private final CoreContext context;
  private final Procs procs;
  private final Workers workers;
  private final Runs runs;
  private final Settling settling;
  private final Endings endings;
  private final Killing killing;
  private final Starts starts;
  private final Dispatcher dispatcher;
  private final AutoStart autoStart;
  private final Kills kills;
  private final RunQueries queries;
  private final Reconciliation reconciliation;
  private final LeftoverKills leftovers;
  private final Registrations registrations;
  private final Forgetting forgetting;
  private boolean begun;

  /**
   * Begins with what the store held; nothing leaves before the first {@link #tick}, which is due at
   * once.
   */
  public HeadCore(Recovered recovered, HeadCoreSettings settings) {
    context = new CoreContext(recovered, settings);
    procs = new Procs(context, recovered);
    workers = new Workers(context, recovered);
    runs = new Runs(workers);
    settling = new Settling(context, workers, runs);
    endings = new Endings(context, runs, settling, new EndingsListener());
    leftovers = new LeftoverKills(context, workers, runs, endings);
    killing = new Killing(context, workers, runs, endings, leftovers);
    starts = new Starts(context, workers, runs, killing);
    dispatcher = new Dispatcher(context, workers, starts, killing);
    autoStart = new AutoStart(context, recovered, runs, settling, dispatcher, workers);
    kills = new Kills(context, runs, procs, autoStart, killing, endings);
    queries = new RunQueries(context, runs, autoStart, dispatcher, settling);
    reconciliation =
        new Reconciliation(
            context,
            workers,
            runs,
            killing,
            starts,
            endings,
            settling,
            new Imports(context, workers, runs, autoStart, killing));
    registrations = new Registrations(context, workers);
    forgetting = new Forgetting(context, workers, runs, endings, settling, this::workersSettled);
    for (Recovered.Run run : recovered.runs()) {
      restore(run);
    }
  }

  private void restore(Recovered.Run recovered) {
    Run run =
        new Run(recovered.runId(), recovered.incarnation(), recovered.proc(), recovered.request());
    run.intent = recovered.intent();
    run.intentStored = run.intent != null;
    for (Recovered.Segment segment : recovered.segments()) {
      run.segments.add(restore(run, segment));
    }
    RunStatus status = recovered.status();
    if (status != null) {
      run.status = status;
      run.endOnItsWay = true;
      run.endStored = true;
    }
    runs.put(run);
    if (!run.isOver()) {
      dispatcher.enqueue(run);
    }
  }

  private Segment restore(Run run, Recovered.Segment recovered) {
    Segment segment =
        new Segment(
            run,
            recovered.number(),
            recovered.namesake(),
            recovered.dataSegmentId(),
            recovered.workerNumber());
    Placement placement = recovered.placement();
    RunStatus status = recovered.status();
    segment.placement = placement;
    segment.status = status;
    segment.message = recovered.message();
    if (status != null) {
      segment.phase = SegmentPhase.OVER;
      segment.outputSaved = recovered.outputSaved() || placement == null;
      segment.forgotten = placement == null;
      // Whoever was placed and not given up has an outcome.
      segment.abandoned = placement != null && recovered.outcome() == null;
      if (recovered.outcome() != null) {
        segment.startedAtMillis = recovered.outcome().startedAtMillis();
        segment.endedAtMillis = recovered.outcome().endedAtMillis();
        segment.killMillis = recovered.outcome().killMillis();
      }
    } else if (placement != null) {
      segment.phase = SegmentPhase.PLACED;
      segment.placedEarlier = true;
    }
    return segment;
  }

  @Override
  public List<HeadEffect> step(long nowMillis, HeadEvent event) {
    context.advanceTo(nowMillis);
    begin();
    switch (event) {
      case HeadEvent.Commanded(long request, long atMillis, Command command) ->
          command(request, atMillis, command);
      case HeadEvent.Stored(long ticket) -> context.outbox.stored(ticket);
      case HeadEvent.StoreFailed(long ticket, String reason) ->
          context.outbox.failed(ticket, reason);
      case HeadEvent.ProbeAnswered answered -> {
        registrations.probed(answered);
        kills.reachChanged();
      }
      case HeadEvent.FromWorker fromWorker -> {
        WorkerState worker = workers.current(fromWorker);
        if (worker != null) {
          fromWorker(worker, fromWorker);
        }
      }
    }
    dispatcher.dispatch();
    return context.outbox.take();
  }

  @Override
  public List<HeadEffect> tick(long nowMillis) {
    context.advanceTo(nowMillis);
    begin();
    context.timers.fire(nowMillis);
    dispatcher.dispatch();
    return context.outbox.take();
  }

  @Override
  public long nextDeadline() {
    return begun ? context.timers.next() : 0;
  }

  /**
   * The first thing a head does: dial its workers, carry on with the kills, give the entries their
   * turn.
   */
  private void begin() {
    if (begun) {
      return;
    }
    begun = true;
    workers.dialAll();
    for (Run run : List.copyOf(runs.all())) {
      if (run.isOver()) {
        continue;
      }
      KillIntent intent = run.intent;
      if (intent != null) {
        // How much of it is over is the workers' to know.
        run.graceEndsMillis = context.now() + intent.graceMillis();
        killing.carryOut(run);
      }
    }
    endings.endWhatIsOver();
    for (WorkerState worker : workers.all()) {
      if (worker.isForgotten()) {
        // The head before may have come no further.
        settling.giveUpOutputs(worker);
      }
    }
    autoStart.takeTurns();
    context.after(
        context.settings.clusterStartWaitMillis(),
        () -> {
          workers.stopWaiting();
          workersSettled();
        });
  }

  private void workersSettled() {
    autoStart.takeTurns();
    dispatcher.workersChanged();
  }

  private void command(long request, long atMillis, Command command) {
    switch (command) {
      case Command.CreateProc create -> procs.create(request, create);
      case Command.DeleteProc delete -> kills.deleteProc(request, delete);
      case Command.ShowProcs(String name) -> showProcs(request, name);
      case Command.Execute(RunRequest run) -> execute(request, atMillis, run);
      case Command.KillRuns kill -> kills.kill(request, kill);
      case Command.QueryRuns query -> queries.query(request, query);
      case Command.ClearRuns clear -> queries.clear(request, clear);
      case Command.ShowWorkers() -> context.outbox.reply(request, workers.view(runs.all()));
      case Command.RegisterWorker(WorkerAnnouncement announcement) -> {
        registrations.register(request, announcement);
        kills.reachChanged();
      }
      case Command.ForgetWorker forget -> forgetting.forget(request, forget);
      case Command.LeaveWorker leave -> workers.leave(request, leave);
    }
  }

  private void showProcs(long request, String name) {
    List<ProcDefinition> matching = procs.matching(name);
    if (matching.isEmpty() && !name.isEmpty()) {
      context.outbox.refuse(request, Procs.unknown(name));
      return;
    }
    context.outbox.reply(
        request, new Answer.Procs(ImmutableList.copyOf(matching), autoStart.views(matching)));
  }

  private void execute(long request, long atMillis, RunRequest run) {
    ProcDefinition proc = procs.executable(run.procName());
    if (proc == null) {
      context.outbox.refuse(request, Procs.unknown(run.procName()));
      return;
    }
    long runId = context.term.takeRunId();
    context.outbox.persist(
        List.of(new Mutation.RunCreated(runId, run, proc, atMillis, context.clusterStart)),
        () -> {
          context.term.settled(runId);
          created(request, runId, run, proc);
        },
        reason -> {
          context.term.settled(runId);
          context.outbox.refuse(
              request,
              "proc '%s' was not executed: the run could not be stored: %s"
                  .formatted(run.procName(), reason));
        });
  }

  private void created(long request, long runId, RunRequest asked, ProcDefinition proc) {
    context.outbox.reply(request, new Answer.Accepted(runId));
    boolean deletedMeanwhile = !procs.exists(proc);
    if (asked.executeAtStartup()) {
      if (deletedMeanwhile) {
        context.persistFacts(List.of(new Mutation.AutoStartRemoved(runId)), () -> {});
      } else {
        autoStart.add(runId, asked, proc);
      }
      return;
    }
    Run run = new Run(runId, 1, proc, asked);
    run.acceptedInThisTerm = true;
    runs.put(run);
    if (deletedMeanwhile) {
      String origin = "the deletion of proc '%s'".formatted(proc.name());
      kills.killOrphan(run, new KillFacts("", context.wallMillis(), origin));
    } else {
      dispatcher.enqueue(run);
    }
  }

  private void fromWorker(WorkerState worker, HeadEvent.FromWorker event) {
    switch (event) {
      case HeadEvent.LeftoversFound found -> leftovers.found(worker, found);
      case HeadEvent.LeftoverTerminated terminated -> leftovers.terminated(terminated);
      case HeadEvent.LeftoverBlocked blocked -> leftovers.blocked(blocked);
      case HeadEvent.LeftoverUnanswered unanswered -> leftovers.unanswered(unanswered);
      case HeadEvent.LinkUp up -> reconciliation.connected(worker, up);
      case HeadEvent.LinkDown down -> {
        worker.disconnected(down.reason());
        leftovers.away(worker);
        kills.reachChanged();
      }
      case HeadEvent.InventoryReceived inventory -> {
        reconciliation.compare(worker, inventory);
        workersSettled();
      }
      case HeadEvent.DegradedChanged changed -> {
        worker.degraded = changed.degraded();
        dispatcher.workersChanged();
      }
      case HeadEvent.StartAnswered answered -> starts.answered(worker, answered);
      case HeadEvent.StartUnanswered unanswered -> starts.unanswered(worker, unanswered);
      case HeadEvent.SegmentStarted started -> starts.started(worker, started);
      case HeadEvent.SegmentTerminated terminated ->
          endings.reported(worker, terminated.segment(), terminated.outcome());
      case HeadEvent.KillBlocked blocked -> killing.blocked(worker, blocked);
      case HeadEvent.KillUnanswered unanswered -> killing.unanswered(worker, unanswered);
      case HeadEvent.Forgotten forgotten -> {
        settling.forgotten(worker, forgotten);
        forgotten.forgotten().forEach(this::nameFreed);
      }
      case HeadEvent.BundleDelivered delivered -> starts.bundleDelivered(worker, delivered.hash());
      case HeadEvent.BundleFailed failed -> starts.bundleFailed(worker, failed);
      case HeadEvent.OutputCollected collected -> settling.outputCollected(collected);
      case HeadEvent.OutputUnavailable unavailable -> settling.outputUnavailable(unavailable);
    }
  }

  /** A run may have waited for that: nothing is placed where something else has its name. */
  private void nameFreed(SegmentKey key) {
    Run run = runs.find(key.runId());
    if (run != null && run.waits()) {
      dispatcher.roomFor(run.proc);
    }
  }

  /** Ties the loose ends between the parts. */
  private final class EndingsListener implements Endings.Listener {
    @Override
    public void runEnded(Run run) {
      kills.runEnded(run);
      queries.runEnded(run);
      if (autoStart.find(run.runId) != null) {
        autoStart.takeTurns();
      }
    }

    @Override
    public void runProgressed(Run run) {
      kills.runProgressed(run);
    }

    @Override
    public void placeFreed(ProcDefinition proc) {
      dispatcher.roomFor(proc);
    }

    @Override
    public void killedElsewhere(Run run) {
      killing.carryOut(run);
    }
  }
}
