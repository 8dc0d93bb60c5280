package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.RunStatus;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The kill calls, from selection to answer.
 *
 * <p>INVARIANT: an answer lists a run only when the ends of all its segments are in the store; it
 * comes only after a commit that began after the call came in.
 */
final class Kills {
  private final CoreContext context;
  private final Runs runs;
  private final Procs procs;
  private final AutoStart autoStart;
  private final Killing killing;
  private final Endings endings;

  /** Calls without an answer. */
  private final Set<KillRequest> open = new LinkedHashSet<>();

  Kills(
      CoreContext context,
      Runs runs,
      Procs procs,
      AutoStart autoStart,
      Killing killing,
      Endings endings) {
    this.context = context;
    this.runs = runs;
    this.procs = procs;
    this.autoStart = autoStart;
    this.killing = killing;
    this.endings = endings;
  }

  void kill(long request, Command.KillRuns command) {
    long started = context.now();
    autoStart.whenNoneIsBeginning(() -> {
      List<Run> selected = select(command.selector());
      if (command.dryRun()) {
        list(request, started, selected);
        return;
      }
      List<AutoStart.Entry> removed =
          command.clearAutoStart() ? autoStart.matching(command.selector()) : List.of();
      carryOut(
          new KillRequest(request, command.terms(), started, selected),
          removed,
          List.of(),
          () -> {});
    });
  }

  void deleteProc(long request, Command.DeleteProc command) {
    String name = command.name();
    if (procs.executable(name) == null) {
      context.outbox.refuse(request, Procs.unknown(name));
      return;
    }
    procs.beginDeletion(name);
    long started = context.now();
    autoStart.whenNoneIsBeginning(() -> {
      Selector selector = new Selector(null, "", name, "");
      carryOut(
          new KillRequest(request, command.terms(), started, select(selector)),
          autoStart.matching(selector),
          List.of(new Mutation.ProcDeleted(name)),
          () -> procs.deleted(name));
    });
  }

  /** Kills a run of a proc that was deleted while the run was on its way into the store. */
  void killOrphan(Run run, KillFacts facts) {
    Ends ends = new Ends();
    ends.intend(run, new KillIntent(facts));
    killing.endWaiting(run, ends);
    context.persistFacts(ends.mutations, () -> endings.stored(ends));
  }

  /**
   * Those whose end is not in the store: what is over in memory alone would come back if the head
   * crashed now, so the call answers for it too.
   */
  private List<Run> select(Selector selector) {
    List<Run> selected = new ArrayList<>();
    for (Run run : runs.matching(selector)) {
      if (!run.endStored) {
        selected.add(run);
      }
    }
    return selected;
  }

  private void list(long request, long started, List<Run> selected) {
    ImmutableList.Builder<Long> ids = ImmutableList.builder();
    for (Run run : selected) {
      if (!run.isOver()) {
        ids.add(run.runId);
      }
    }
    context.outbox.reply(
        request, new Answer.Killed(ids.build(), ImmutableMap.of(), context.now() - started));
  }

  private void carryOut(
      KillRequest kill,
      List<AutoStart.Entry> removed,
      List<Mutation> besides,
      Runnable whenStored) {
    open.add(kill);
    Ends ends = new Ends();
    ends.mutations.addAll(besides);
    removeEntries(removed, ends);
    for (Run run : kill.selected) {
      run.killers.add(kill);
      intend(run, kill.terms, ends);
    }
    // Side by side: the intents into the store, the kills to the workers.
    context.persistFacts(
        ends.mutations,
        () -> {
          kill.stored = true;
          whenStored.run();
          endings.stored(ends);
          check(kill);
        });
    killing.sendFor(kill.selected);
    setTimer(kill);
  }

  /** When the call is answered at the latest, as far as is known now. */
  private void setTimer(KillRequest kill) {
    if (kill.timeUp != null) {
      context.timers.cancel(kill.timeUp);
    }
    Long chosen = kill.terms.answerTimeoutMillis();
    long end = kill.startedMillis;
    if (chosen != null) {
      end += chosen;
    } else {
      for (Run run : kill.selected) {
        end = Math.max(end, run.graceEndsMillis);
      }
      end += KillTerms.DEFAULT_ANSWER_MILLIS;
    }
    kill.timeUp = context.timers.at(end, () -> timeUp(kill));
  }

  private void removeEntries(List<AutoStart.Entry> removed, Ends ends) {
    for (AutoStart.Entry entry : removed) {
      ends.mutations.add(new Mutation.AutoStartRemoved(entry.runId));
      autoStart.remove(entry);
    }
  }

  private void intend(Run run, KillTerms terms, Ends ends) {
    boolean endedByItself = run.isOver() && run.intent == null;
    if (!endedByItself) {
      intendOrHarden(run, terms, ends);
    }
    AutoStart.Entry entry = autoStart.find(run.runId);
    if (entry != null && autoStart.isDue(entry)) {
      // Killed in the middle of a cluster start: the entry has had its turn, it must not begin
      // again behind the kill, not even when the former incarnation turned out over just now.
      entry.taken = context.clusterStart;
      ends.mutations.add(autoStart.taken(entry, 0));
    }
    if (!run.isOver()) {
      killing.endWaiting(run, ends);
    }
  }

  private void intendOrHarden(Run run, KillTerms terms, Ends ends) {
    long graceMillis = terms.graceFor(run.proc);
    long graceEndsMillis = context.now() + graceMillis;
    KillIntent intent = run.intent;
    if (intent == null) {
      ends.intend(run, new KillIntent(terms.facts(), graceMillis));
      run.graceEndsMillis = graceEndsMillis;
    } else if (graceMillis < intent.graceMillis()) {
      ends.intend(run, new KillIntent(intent.facts(), graceMillis));
      run.graceEndsMillis = Math.min(run.graceEndsMillis, graceEndsMillis);
      // Who waited for the end of the longer grace waits for that of the shorter one now.
      run.killers.stream().filter(kill -> kill.timeUp != null).forEach(this::setTimer);
    } else if (!run.intentStored) {
      // That of an earlier call may have failed to reach the store, and be waiting to be tried
      // again.
      ends.intend(run, intent);
    }
  }

  /** The end of a run is in the store. */
  void runEnded(Run run) {
    List<KillRequest> killers = List.copyOf(run.killers);
    run.killers.clear();
    for (KillRequest kill : killers) {
      kill.unproven.remove(run);
      check(kill);
    }
  }

  /** What is left of the run may be out of reach. */
  void runProgressed(Run run) {
    List.copyOf(run.killers).forEach(this::check);
  }

  /** A worker went away: who waits for it alone need not. */
  void reachChanged() {
    for (KillRequest kill : List.copyOf(open)) {
      check(kill);
    }
  }

  private void check(KillRequest kill) {
    if (kill.answered || !kill.stored) {
      return;
    }
    for (Run run : kill.unproven) {
      if (!killing.isOutOfReach(run)) {
        return;
      }
    }
    answer(kill);
  }

  private void timeUp(KillRequest kill) {
    if (kill.stored) {
      answer(kill);
      return;
    }
    close(kill);
    context.outbox.reply(
        kill.request,
        new Answer.Refused(
            "outcome unknown: the store took neither the kill nor its proof in time, so the runs may or may not be "
                + "dead; ask again, killing twice is safe",
            true));
  }

  private void answer(KillRequest kill) {
    close(kill);
    ImmutableList.Builder<Long> killed = ImmutableList.builder();
    ImmutableMap.Builder<Long, String> pending = ImmutableMap.builder();
    for (Run run : kill.selected) {
      if (kill.unproven.contains(run)) {
        pending.put(run.runId, killing.reasonFor(run));
      } else if (run.endStored && run.status == RunStatus.KILLED) {
        killed.add(run.runId);
      }
    }
    context.outbox.reply(
        kill.request,
        new Answer.Killed(
            killed.build(), pending.buildOrThrow(), context.now() - kill.startedMillis));
  }

  private void close(KillRequest kill) {
    kill.answered = true;
    open.remove(kill);
    if (kill.timeUp != null) {
      context.timers.cancel(kill.timeUp);
    }
    for (Run run : kill.unproven) {
      run.killers.remove(kill);
    }
  }
}
