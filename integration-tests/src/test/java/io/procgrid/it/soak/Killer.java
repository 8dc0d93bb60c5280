package io.procgrid.it.soak;

import io.procgrid.it.KillAnswer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Sends kills, and has every answer checked at once. Threads may share it. */
final class Killer {
  private static final long PAUSE_MILLIS = 50;

  private final HeadCalls head;
  private final Logbook logbook;
  private final Watchman watchman;
  private final Tally tally;

  Killer(HeadCalls head, Logbook logbook, Watchman watchman, Tally tally) {
    this.head = head;
    this.logbook = logbook;
    this.watchman = watchman;
    this.tally = tally;
  }

  /** Asks what a kill would hit. */
  void dryRun(Selection selection) {
    Map<String, String> options = new HashMap<>(Map.of("dry_run", "true"));
    selection.addTo(options);
    head.once("/kill/proc", Map.of("run_id", selection.runId(), "options", options));
  }

  /**
   * Kills, again and again until there is an answer.
   *
   * @param further options of the call
   */
  KillAnswer kill(Selection selection, Map<String, String> further) throws InterruptedException {
    Map<String, String> options = new HashMap<>(further);
    selection.addTo(options);
    Map<String, ?> request = Map.of("run_id", selection.runId(), "options", options);
    while (true) {
      Optional<KillAnswer> answer = once(selection, "/kill/proc", request);
      if (answer.isPresent()) {
        return answer.get();
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  /** Deletes a proc, and with it kills its runs. */
  void delete(String procName) throws InterruptedException {
    Selection runs = Selection.ofProc(procName);
    Map<String, ?> request = Map.of("proc_name", procName, "options", Map.of());
    while (once(runs, "/delete/proc", request).isEmpty() && exists(procName)) {
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private boolean exists(String procName) throws InterruptedException {
    Map<String, ?> request = Map.of("proc_name", procName, "options", Map.of());
    return head.untilAnswered("/has/proc", request).path("proc_exists").asBoolean();
  }

  private Optional<KillAnswer> once(Selection selection, String endpoint, Map<String, ?> request) {
    KillCall call = logbook.open(selection);
    Optional<KillAnswer> answer;
    try {
      answer = head.once(endpoint, request).map(KillAnswer::of);
    } finally {
      logbook.close(call);
    }
    answer.ifPresent(told -> {
      tally.count(Tally.Of.KILL_CALLS);
      watchman.expectDead(logbook.answered(call, told));
      tally.add(Tally.Of.PENDING, told.pending().size());
    });
    return answer;
  }
}
