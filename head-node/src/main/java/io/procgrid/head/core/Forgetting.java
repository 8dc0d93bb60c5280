package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.RunStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Gives workers up, on an operator's word. What was on one is over for the cluster, as an error
 * that says what is not known: never as killed.
 */
final class Forgetting {
  private final CoreContext context;
  private final Workers workers;
  private final Runs runs;
  private final Endings endings;
  private final Settling settling;
  private final Runnable workersChanged;

  /**
   * @param workersChanged called when a worker was given up
   */
  Forgetting(
      CoreContext context,
      Workers workers,
      Runs runs,
      Endings endings,
      Settling settling,
      Runnable workersChanged) {
    this.context = context;
    this.workers = workers;
    this.runs = runs;
    this.endings = endings;
    this.settling = settling;
    this.workersChanged = workersChanged;
  }

  void forget(long request, Command.ForgetWorker command) {
    List<WorkerState> meant = workers.named(command.worker());
    if (meant.size() != 1) {
      context.outbox.refuse(
          request, meant.isEmpty() ? unknown(command) : ambiguous(command, meant));
      return;
    }
    WorkerState worker = meant.getFirst();
    if (worker.isForgotten()) {
      context.outbox.reply(request, new Answer.WorkerForgotten(ImmutableList.of()));
      return;
    }
    if (isBusy(worker)) {
      context.outbox.refuse(request, busy(worker));
      return;
    }
    worker.beingForgotten = true;
    // Placements on their way into the store have come to an end when this has.
    context.outbox.persist(
        List.of(),
        () -> abandon(request, worker, command.facts()),
        reason -> notForgotten(request, worker, reason));
  }

  private String unknown(Command.ForgetWorker command) {
    return "no worker has the number, identity or address '%s'; there are: %s"
        .formatted(command.worker(), list(List.copyOf(workers.all())));
  }

  private static String ambiguous(Command.ForgetWorker command, List<WorkerState> meant) {
    return "'%s' may mean any of: %s; name the one by its identity"
        .formatted(command.worker(), list(meant));
  }

  private static String list(List<WorkerState> workers) {
    return workers.isEmpty()
        ? "none"
        : workers.stream()
            .map(worker -> "%s, identity %s".formatted(worker, worker.identity()))
            .collect(Collectors.joining("; "));
  }

  private static boolean isBusy(WorkerState worker) {
    return worker.isConnected() || worker.beingForgotten || worker.importing;
  }

  private static String busy(WorkerState worker) {
    return worker.isConnected()
        ? "%s is up: stop it, or kill its runs first".formatted(worker)
        : "%s is being looked after at this moment: ask again".formatted(worker);
  }

  private void notForgotten(long request, WorkerState worker, String reason) {
    goOn(worker);
    context.outbox.refuse(
        request, "%s was not forgotten: it could not be stored: %s".formatted(worker, reason));
  }

  private void goOn(WorkerState worker) {
    worker.beingForgotten = false;
    if (worker.record.standing() == WorkerStanding.IMPORTING) {
      // Maybe that was found out meanwhile, and not stored.
      workers.storeImporting();
    }
    workers.fetchInventory(worker);
  }

  private void abandon(long request, WorkerState worker, KillFacts facts) {
    if (worker.isConnected()) {
      goOn(worker);
      context.outbox.refuse(request, busy(worker));
      return;
    }
    Map<Segment, String> given = segmentsOf(worker, facts);
    WorkerRecord record = worker.record.as(WorkerStanding.FORGOTTEN);
    List<Mutation> mutations = new ArrayList<>();
    mutations.add(new Mutation.WorkerRecorded(record));
    given.forEach((segment, message) ->
        mutations.add(new Mutation.SegmentEnded(segment.key, RunStatus.ERROR, null, message)));
    mutations.addAll(endsOnTheirWay(worker));
    context.outbox.persist(
        mutations,
        () -> {
          worker.beingForgotten = false;
          worker.record = worker.record.as(WorkerStanding.FORGOTTEN);
          worker.stored = record;
          abandoned(request, worker, given);
        },
        reason -> notForgotten(request, worker, reason));
  }

  /** What is unproven on it, and what waits for it alone; each with its message. */
  private Map<Segment, String> segmentsOf(WorkerState worker, KillFacts facts) {
    String who = "%s was forgotten by %s".formatted(worker, Messages.caller(facts));
    String unproven =
        "abandoned: %s; its processes may live on host %s"
            .formatted(who, worker.record.host().hostName());
    String waiting = "abandoned before it was started: " + who;
    Map<Segment, String> segments = new LinkedHashMap<>();
    for (Run run : runs.all()) {
      for (Segment segment : run.segments) {
        if (segment.phase.mayLive() && segment.isPlacedOn(worker.identity())) {
          segments.put(segment, unproven);
        } else if (segment.phase == SegmentPhase.WAITING
            && run.isDistributed()
            && segment.workerNumber == worker.number()) {
          segments.put(segment, waiting);
        }
      }
    }
    return segments;
  }

  /**
   * What the worker has proven, and the store may have refused so far: from a worker that is
   * forgotten no head takes a proof a second time.
   */
  private List<Mutation> endsOnTheirWay(WorkerState worker) {
    List<Mutation> ends = new ArrayList<>();
    for (Run run : runs.all()) {
      for (Segment segment : run.segments) {
        Mutation.SegmentEnded end = segment.end;
        if (end == null || !segment.isPlacedOn(worker.identity())) {
          continue;
        }
        KillIntent intent = run.intent;
        if (intent != null && !run.intentStored) {
          ends.add(new Mutation.KillIntended(run.runId, run.incarnation, intent));
        }
        ends.add(end);
      }
    }
    return ends;
  }

  private void abandoned(long request, WorkerState worker, Map<Segment, String> given) {
    Ends ends = new Ends();
    TreeSet<Long> runIds = new TreeSet<>();
    given.forEach((segment, message) -> {
      if (segment.phase.ended()) {
        // The worker came back in the last moment, with a proof.
        return;
      }
      segment.abandoned = segment.phase.mayLive();
      segment.phase = SegmentPhase.ENDING;
      segment.status = RunStatus.ERROR;
      segment.message = message;
      segment.outputSaved = true;
      segment.forgotten = true;
      worker.release(segment);
      ends.segments.add(segment);
      runIds.add(segment.run.runId);
    });
    endings.stored(ends);
    settling.giveUpOutputs(worker);
    workers.arrived(worker);
    workers.fetchInventory(worker);
    workersChanged.run();
    // Behind the ends of the runs: who asks for their status next sees them.
    Answer answer = new Answer.WorkerForgotten(ImmutableList.copyOf(runIds));
    context.outbox.persist(
        List.of(),
        () -> context.outbox.reply(request, answer),
        reason -> context.outbox.reply(request, answer));
  }
}
