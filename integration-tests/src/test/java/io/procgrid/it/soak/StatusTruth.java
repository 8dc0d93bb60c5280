package io.procgrid.it.soak;

import io.procgrid.it.RunState;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares the status of a run that is over with what its processes wrote, and with the kills that
 * were sent.
 *
 * <ul>
 *   <li>complete: a process said that it was about to exit with 0.
 *   <li>error with an exit status: a process said exactly that status.
 *   <li>killed: a kill that may have hit the run was sent, and when a process said its status all
 *       the same, the kill was sent before nothing of the run was left.
 *   <li>error with an exit status that is lost: counted, since unknown is said to be unknown.
 *   <li>No process of a segment speaks twice; what a kill listed is killed.
 * </ul>
 */
final class StatusTruth {
  private static final Pattern EXIT = Pattern.compile("^exit status (\\d+)");
  private static final String LOST = "exit status lost";

  private final Logbook logbook;
  private final ExitLedger ledger;
  private final Findings findings;
  private final Tally tally;

  StatusTruth(Logbook logbook, ExitLedger ledger, Findings findings, Tally tally) {
    this.logbook = logbook;
    this.ledger = ledger;
    this.findings = findings;
    this.tally = tally;
  }

  /**
   * Reports every lie in the status of a run that is over, after a look that began since it was.
   */
  void check(RunNote note, RunState state) {
    List<ExitLedger.Entry> entries = ledger.of(note.id());
    state
        .statuses()
        .forEach((segment, status) -> {
          List<ExitLedger.Entry> said =
              entries.stream().filter(entry -> entry.segment().equals(segment)).toList();
          String lie = lie(note, status, state.message(segment), said);
          if (!lie.isEmpty()) {
            report(note, state, "segment %s: %s".formatted(segment, lie), entries);
          }
        });
    if (!state.overall().equals(rolledUp(state.statuses()))) {
      report(note, state, "is not what its segments are", entries);
    }
    if (logbook.isListed(note.id()) && !state.overall().equals("killed")) {
      report(note, state, "a kill listed it", entries);
    }
  }

  /** What is wrong with the status of a segment; empty when nothing is. */
  private String lie(RunNote note, String status, String message, List<ExitLedger.Entry> said) {
    if (said.size() > 1) {
      return "it ran twice";
    }
    return switch (status) {
      case "killed" -> {
        long gone = said.isEmpty() ? Long.MAX_VALUE : said.getFirst().goneBy();
        yield logbook.mayHaveBeenKilled(note, gone)
            ? ""
            : "nobody sent a kill" + (said.isEmpty() ? "" : " before it had ended");
      }
      case "complete" -> exited(said, 0) ? "" : "no process said that it ends with 0";
      case "error" -> error(message, said);
      default -> "a status that nothing over has";
    };
  }

  private String error(String message, List<ExitLedger.Entry> said) {
    if (message.startsWith(LOST)) {
      // Unknown, and said to be unknown: no lie, but nothing to be proud of.
      tally.count(Tally.Of.EXITS_UNKNOWN);
      return "";
    }
    Matcher exit = EXIT.matcher(message);
    if (!exit.find()) {
      return "an error without an exit status";
    }
    int code = Integer.parseInt(exit.group(1));
    return code != 0 && exited(said, code) ? "" : "no process said that it ends with " + code;
  }

  private static boolean exited(List<ExitLedger.Entry> said, int code) {
    return said.size() == 1 && said.getFirst().code() == code;
  }

  private static String rolledUp(Map<String, String> statuses) {
    if (statuses.isEmpty() || statuses.containsValue("killed")) {
      return "killed";
    }
    return statuses.containsValue("error") ? "error" : "complete";
  }

  private void report(RunNote note, RunState state, String lie, List<ExitLedger.Entry> entries) {
    findings.add(
        Breach.LIE,
        "run %d reads %s %s, messages %s: %s; its processes said %s; %s"
            .formatted(
                note.id(),
                state.overall(),
                state.statuses(),
                state.answer().path("messages").path(state.runId()),
                lie,
                entries.stream().map(entry -> entry.segment() + ":" + entry.code()).toList(),
                note));
  }
}
