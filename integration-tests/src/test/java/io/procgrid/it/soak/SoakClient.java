package io.procgrid.it.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * One client: executes a batch of runs, kills them in one way or another, perhaps while they are
 * being executed, leaves the rest to the settlement, and begins anew.
 */
final class SoakClient {
  private static final int FEWEST_RUNS = 5;
  private static final int MOST_RUNS = 50;
  private static final int MOST_PROCESSES = 60;
  private static final int LONGEST_PAUSE_MILLIS = 300;
  private static final int LONGEST_LIFE_MILLIS = 400;
  private static final int HIGHEST_CODE = 125;

  private final String name;
  private final Random random;
  private final Site site;
  private final Executor executor;
  private final BatchKill batchKill;
  private final Batches batches;
  private final ExecutorService threads;
  private int number;

  /**
   * A client that has done nothing yet.
   *
   * @param name in its tags
   */
  SoakClient(
      String name,
      Random random,
      Site site,
      Executor executor,
      Killer killer,
      Batches batches,
      ExecutorService threads) {
    this.name = name;
    this.random = random;
    this.site = site;
    this.executor = executor;
    this.batches = batches;
    this.threads = threads;
    batchKill = new BatchKill(killer, new Random(random.nextLong()), threads);
  }

  /** Goes on as long as this says so. */
  void work(BooleanSupplier goesOn) throws InterruptedException, ExecutionException {
    while (goesOn.getAsBoolean()) {
      boolean left = chance(6);
      List<ProcKind> kinds = left ? briefKinds() : kinds();
      int cost = kinds.stream().mapToInt(ProcKind::processes).sum();
      if (!site.processes().tryAcquire(cost, 1, TimeUnit.SECONDS)) {
        continue;
      }
      number++;
      Batch batch = Batch.empty(name + "-" + number, cost, chance(1));
      if (left) {
        execute(batch, kinds, Optional.empty());
      } else if (chance(4)) {
        executeAndDelete(batch, kinds);
      } else {
        executeAndKill(batch, kinds);
      }
      batches.settle(batch);
    }
  }

  private void executeAndKill(Batch batch, List<ProcKind> kinds)
      throws InterruptedException, ExecutionException {
    Optional<Future<?>> racer =
        chance(30) ? Optional.of(threads.submit(batchKill.racing(batch))) : Optional.empty();
    execute(batch, kinds, Optional.empty());
    if (racer.isPresent()) {
      racer.get().get();
    }
    if (chance(50)) {
      Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
    }
    batchKill.kill(batch);
    if (chance(20)) {
      site.watchman().awaitLookNow();
    }
  }

  /** With a proc of the batch's own; its runs are killed by tag when it could not be created. */
  private void executeAndDelete(Batch batch, List<ProcKind> kinds)
      throws InterruptedException, ExecutionException {
    String proc = "own " + batch.tag();
    Map<String, Object> request =
        ProcKind.SLEEPER.draft(site.marker(), site.ledger().folder()).request(proc);
    if (site.head().once("/create/proc", request).isEmpty()) {
      executeAndKill(batch, kinds);
      return;
    }
    execute(batch, kinds, Optional.of(proc));
    batchKill.delete(proc);
  }

  /** Less than all of it when the head goes away: the kill that follows waits for its return. */
  private void execute(Batch batch, List<ProcKind> kinds, Optional<String> ownProc) {
    for (ProcKind kind : kinds) {
      OptionalLong run =
          executor.execute(ownProc.orElse(kind.procName()), batch.tag(), params(kind));
      if (run.isEmpty()) {
        return;
      }
      batch.runs().add(run.getAsLong());
    }
  }

  private Map<String, String> params(ProcKind kind) {
    if (!kind.isBrief()) {
      return Map.of();
    }
    int code = random.nextBoolean() ? 0 : 1 + random.nextInt(HIGHEST_CODE);
    String seconds = "0.%03d".formatted(random.nextInt(LONGEST_LIFE_MILLIS));
    return Map.of("code", Integer.toString(code), "seconds", seconds);
  }

  private List<ProcKind> kinds() {
    int runs = FEWEST_RUNS + random.nextInt(MOST_RUNS - FEWEST_RUNS + 1);
    List<ProcKind> kinds = new ArrayList<>();
    int cost = 0;
    while (kinds.size() < runs && cost < MOST_PROCESSES) {
      ProcKind kind = ProcKind.any(random, site.plan().grace());
      kinds.add(kind);
      cost += kind.processes();
    }
    return kinds;
  }

  private List<ProcKind> briefKinds() {
    return kinds().stream().filter(ProcKind::isBrief).toList();
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }
}
