package io.procgrid.it.soak;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows a batch until all of it is over, checks what its status says, and has the head forget it.
 */
final class Settlement {
  /** Nothing lasts that long, whatever happens to the cluster meanwhile. */
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private static final long WAIT_MILLIS = 3_000;
  private static final Set<String> OVER = Set.of("complete", "error", "killed");

  private final Site site;
  private final StatusTruth truth;

  Settlement(Site site) {
    this.site = site;
    truth = new StatusTruth(site.logbook(), site.ledger(), site.findings(), site.tally());
  }

  /** Settles a batch all of whose runs were killed, or end by themselves. */
  void settle(Batch batch) throws InterruptedException {
    long sent = System.nanoTime();
    JsonNode answer = awaitOver(batch);
    List<RunState> states = new ArrayList<>();
    answer
        .path("overall_statuses")
        .fieldNames()
        .forEachRemaining(run -> states.add(new RunState(run, answer)));
    requireAll(batch, states);
    noteUnacknowledged(batch, states);
    states.removeIf(state -> !OVER.contains(state.overall()));
    site.logbook().over(states.stream().map(state -> Long.valueOf(state.runId())).toList(), sent);
    site.watchman().awaitLook();
    states.forEach(this::check);
    site.processes().release(batch.processes());
    if (!batch.kept()) {
      clear(batch, states);
    }
  }

  /** That what was kept is still there, and still what it was. */
  void checkKept(Batch batch) throws InterruptedException {
    JsonNode answer = status(batch, 0);
    for (long run : batch.runs()) {
      RunState state = new RunState(Long.toString(run), answer);
      RunNote note = site.logbook().find(run);
      if (note == null || !OVER.contains(state.overall())) {
        site.findings()
            .add(Breach.LOST, "run %d, kept, reads '%s'".formatted(run, state.overall()));
        continue;
      }
      truth.check(note, state);
    }
  }

  private JsonNode awaitOver(Batch batch) throws InterruptedException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (true) {
      JsonNode answer = status(batch, WAIT_MILLIS);
      JsonNode overall = answer.path("overall_statuses");
      boolean over = true;
      for (JsonNode status : overall) {
        over &= OVER.contains(status.asText());
      }
      if (over) {
        return answer;
      }
      if (System.nanoTime() > deadline) {
        site.findings()
            .add(
                Breach.STUCK,
                "after %s, tag %s: %s; %s"
                    .formatted(LONGEST, batch.tag(), overall, answer.path("messages")));
        return answer;
      }
    }
  }

  private JsonNode status(Batch batch, long waitMillis) throws InterruptedException {
    return site.head()
        .untilAnswered("/show/proc/status", request(batch, "wait_ms", "" + waitMillis));
  }

  private static Map<String, ?> request(Batch batch, String option, String value) {
    return Map.of("options", Map.of("run_tag", batch.tag(), option, value));
  }

  private void requireAll(Batch batch, List<RunState> states) {
    Set<Long> missing = new HashSet<>(batch.runs());
    states.forEach(state -> missing.remove(Long.valueOf(state.runId())));
    for (long run : missing) {
      site.findings().add(Breach.LOST, "acknowledged, not in status: " + site.logbook().find(run));
    }
  }

  /** Runs whose acknowledgement went down with a site.head(). */
  private void noteUnacknowledged(Batch batch, List<RunState> states) {
    for (RunState state : states) {
      long run = Long.parseLong(state.runId());
      if (batch.runs().add(run)) {
        site.tally().count(Tally.Of.NEVER_ACKNOWLEDGED);
        String proc = state.answer().path("proc_names").path(state.runId()).asText();
        site.logbook().add(new RunNote(run, batch.tag(), proc, false, 0, System.nanoTime()));
      }
    }
  }

  private void check(RunState state) {
    RunNote note = site.logbook().find(Long.parseLong(state.runId()));
    if (note == null) {
      throw new IllegalStateException("no note of run " + state.runId());
    }
    site.tally()
        .count(state.overall().equals("killed") ? Tally.Of.KILLED : Tally.Of.ENDED_BY_ITSELF);
    truth.check(note, state);
  }

  private void clear(Batch batch, List<RunState> states) throws InterruptedException {
    site.head().untilAnswered("/show/proc/status", request(batch, "clear_complete", "true"));
    for (RunState state : states) {
      long run = Long.parseLong(state.runId());
      site.logbook().forget(run);
      site.ledger().forget(run);
    }
  }
}
