package io.procgrid.it.soak;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** The ways in which a client ends a batch. After each, every run of it was selected by a kill. */
final class BatchKill {
  private static final int LONGEST_RACE_MILLIS = 60;
  private static final int SHORT_ANSWER_MILLIS = 200;
  private static final int RUNS_BY_ID = 5;

  private final Killer killer;
  private final Random random;
  private final ExecutorService threads;

  BatchKill(Killer killer, Random random, ExecutorService threads) {
    this.killer = killer;
    this.random = random;
    this.threads = threads;
  }

  /** Kills what there is of a batch while it is being executed. */
  Callable<Void> racing(Batch batch) {
    int kills = 1 + random.nextInt(3);
    int pause = random.nextInt(LONGEST_RACE_MILLIS);
    return () -> {
      for (int i = 0; i < kills; i++) {
        Thread.sleep(pause);
        killer.kill(Selection.ofTag(batch.tag()), Map.of());
      }
      return null;
    };
  }

  /** Kills the batch, and others with it at times. */
  void kill(Batch batch) throws InterruptedException, ExecutionException {
    Selection tag = Selection.ofTag(batch.tag());
    int way = random.nextInt(100);
    if (way < 2) {
      killer.kill(Selection.everything(), Map.of());
    } else if (way < 10) {
      List<ProcKind> kinds = List.of(ProcKind.values());
      ProcKind kind = kinds.get(random.nextInt(kinds.size()));
      killer.kill(Selection.ofProc(kind.procName()), Map.of());
    } else if (way < 25) {
      killSomeByRun(batch);
    } else if (way < 30) {
      killer.dryRun(tag);
    } else if (way < 40) {
      Future<?> second = threads.submit(() -> killer.kill(tag, Map.of()));
      killer.kill(tag, Map.of());
      second.get();
    } else if (way < 50) {
      String millis = Integer.toString(1 + random.nextInt(SHORT_ANSWER_MILLIS));
      killer.kill(tag, Map.of("answer_timeout_ms", millis));
    }
    killer.kill(tag, Map.of("answer_timeout_ms", "2000"));
  }

  /** Ends all runs of a proc with the proc. */
  void delete(String procName) throws InterruptedException {
    killer.delete(procName);
  }

  private void killSomeByRun(Batch batch) throws InterruptedException {
    for (long run : List.copyOf(batch.runs()).stream().limit(RUNS_BY_ID).toList()) {
      killer.kill(Selection.ofRun(run), Map.of("answer_timeout_ms", "1000"));
    }
  }
}
