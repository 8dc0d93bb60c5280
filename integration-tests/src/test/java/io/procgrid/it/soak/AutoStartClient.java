package io.procgrid.it.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Makes entries that run at each start of the cluster, kills their runs, and removes them. */
final class AutoStartClient {
  /** Each has one process, reserved all the time. */
  static final int MOST_ENTRIES = 6;

  private static final Set<String> STATUSES = Set.of("none", "running", "killed");
  private static final int PAUSE_MILLIS = 700;

  private final Site site;
  private final Random random;
  private final Executor executor;
  private final Killer killer;
  private final List<Long> entries = new ArrayList<>();
  private int tags;

  AutoStartClient(Site site, Random random, Executor executor, Killer killer) {
    this.site = site;
    this.random = random;
    this.executor = executor;
    this.killer = killer;
  }

  /** Goes on as long as this says so. */
  void work(BooleanSupplier goesOn) throws InterruptedException {
    while (goesOn.getAsBoolean()) {
      Thread.sleep(random.nextInt(PAUSE_MILLIS));
      if (entries.size() < MOST_ENTRIES) {
        add();
        continue;
      }
      int index = random.nextInt(entries.size());
      if (random.nextInt(3) == 0) {
        remove(entries.remove(index));
      } else {
        killer.kill(Selection.ofRun(entries.get(index)), Map.of());
      }
    }
  }

  /** Checks that every entry is there and shown as what it may be, then removes them. */
  void finish() throws InterruptedException {
    for (long entry : entries) {
      String status = status(entry);
      if (!STATUSES.contains(status)) {
        site.findings().add(Breach.LOST, "entry %d reads '%s'".formatted(entry, status));
      }
      remove(entry);
    }
  }

  private void add() throws InterruptedException {
    tags++;
    String tag = "boot-" + tags;
    var run = executor.executeAtStartup(ProcKind.SLEEPER.procName(), tag);
    if (run.isPresent()) {
      entries.add(run.getAsLong());
      return;
    }
    // Perhaps there is one now that nobody knows.
    killer.kill(Selection.ofTag(tag), Map.of("clear_execute_at_startup", "true"));
  }

  private void remove(long entry) throws InterruptedException {
    Selection selection = Selection.ofRun(entry);
    Map<String, String> clear = Map.of("clear_execute_at_startup", "true");
    while (!killer.kill(selection, clear).pending().isEmpty()) {
      // Its worker is away; the next answer waits for it.
    }
    site.logbook().removed(entry);
    String status = status(entry);
    if (!Set.of("", "killed").contains(status)) {
      site.findings().add(Breach.LIE, "entry %d, removed, reads '%s'".formatted(entry, status));
    }
  }

  private String status(long entry) throws InterruptedException {
    JsonNode answer =
        site.head().untilAnswered("/show/proc/status", Map.of("run_id", Long.toString(entry)));
    return answer.path("overall_statuses").path(Long.toString(entry)).asText();
  }
}
