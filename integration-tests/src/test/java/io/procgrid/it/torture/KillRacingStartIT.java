package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kills that come at every moment of a start (K4). */
@ExtendWith(ClusterExtension.class)
class KillRacingStartIT {
  private static final int CLIENTS = 8;
  private static final int RUNS_IN_A_ROW = 5;
  private static final int LONGEST_OFFSET_MICROS = 20_000;

  /** Between two executions of a client, so that they do not outrun the kill on a busy machine. */
  private static final int PACE_MILLIS = 30;

  private static final String[] PATIENT = {
    "answer_timeout_ms", Long.toString(Waiting.LONGEST.toMillis())
  };

  /** Replay the offsets with {@code -Dprocgrid.seed=N}. */
  private static final long SEED = Long.getLong("procgrid.seed", System.nanoTime());

  private final String marker = TestCluster.newMarker();
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster cluster) {
    procs = cluster.procs();
  }

  @Test
  @TortureCase(
      number = 9,
      report = {"pai#2776", "sylph#87"})
  void runKilledAtAnyMomentOfItsStartIsListedAndNeverRuns() throws Exception {
    raceInRounds(ProcDraft.command("sleep", marker), Torture.times(300, 100_000));
  }

  @Test
  @TortureCase(
      number = 9,
      report = {"pai#2776", "sylph#87"})
  void distributedRunKilledAtAnyMomentOfItsStartIsListedAndNeverRuns() throws Exception {
    raceInRounds(ProcDraft.command("sleep", marker).distributed(), Torture.times(80, 10_000));
  }

  @Test
  @TortureCase(number = 18, report = "nomad#12875")
  void sameTagCanBeStartedAndKilledAgainAndAgain() {
    String name = procs.create(ProcDraft.command("sleep", marker));
    for (int i = 0; i < Torture.times(50, 1_000); i++) {
      String run = procs.execute(name, "run_tag", marker);
      TestCluster.awaitLive(marker, 1);
      assertThat(procs.kill("", "run_tag", marker).runIds()).containsExactly(run);
      assertThat(LivePids.withArgument(marker)).isEmpty();
    }
  }

  @Test
  @TortureCase(number = 23)
  void killOfEverythingHitsEveryRunAcceptedBeforeAndNoneAcceptedAfter() throws Exception {
    String name = procs.create(ProcDraft.command("sleep", marker));
    for (int round = 0; round < Torture.times(3, 100); round++) {
      killEverythingInTheMiddle(name);
    }
  }

  /** Several clients execute and kill at once; when all of a round is answered nothing lives. */
  private void raceInRounds(ProcDraft sleeper, int runs) throws Exception {
    Random random = new Random(SEED);
    String name = procs.create(sleeper);
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (int done = 0; done < runs; done += CLIENTS * RUNS_IN_A_ROW) {
        String tag = marker + "-" + done;
        List<Callable<Void>> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
          clients.add(racer(name, tag, new Random(random.nextLong())));
        }
        for (Future<Void> client : threads.invokeAll(clients)) {
          client.get();
        }
        assertThat(LivePids.withArgument(marker)).as("after %s, seed %d", tag, SEED).isEmpty();
        JsonNode overall =
            procs.statuses("", "run_tag", tag, "clear_complete", "true").path("overall_statuses");
        assertThat(overall)
            .hasSize(CLIENTS * RUNS_IN_A_ROW)
            .allMatch(status -> status.asText().equals("killed"), "is killed");
      }
    }
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  private Callable<Void> racer(String name, String tag, Random random) {
    return () -> {
      for (int i = 0; i < RUNS_IN_A_ROW; i++) {
        String run = procs.execute(name, "run_tag", tag, "max_output_lines", "0");
        int micros = random.nextInt(LONGEST_OFFSET_MICROS);
        // The moment of the kill is what varies, not something that is waited for.
        Thread.sleep(micros / 1_000, micros % 1_000 * 1_000);
        assertThat(procs.kill(run).runIds()).as("seed %d", SEED).containsExactly(run);
      }
      return null;
    };
  }

  private void killEverythingInTheMiddle(String name) throws Exception {
    Set<String> accepted = ConcurrentHashMap.newKeySet();
    Set<String> before;
    Set<String> askedAfter = ConcurrentHashMap.newKeySet();
    AtomicBoolean killed = new AtomicBoolean();
    AtomicBoolean enough = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> clients = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        clients.add(
            threads.submit(() -> {
              while (!enough.get()) {
                boolean after = killed.get();
                String run = procs.execute(name);
                accepted.add(run);
                if (after) {
                  askedAfter.add(run);
                }
                Thread.sleep(PACE_MILLIS);
              }
              return null;
            }));
      }
      try {
        Waiting.until(() -> accepted.size() >= CLIENTS * RUNS_IN_A_ROW);
        before = Set.copyOf(accepted);
        assertThat(procs.kill("", PATIENT).pending()).isEmpty();
        killed.set(true);
        Waiting.until(() -> askedAfter.size() >= CLIENTS);
      } finally {
        enough.set(true);
      }
      for (Future<?> client : clients) {
        client.get();
      }
    }
    assertKilledAndAlive(accepted, before, askedAfter);
    assertThat(procs.kill("", PATIENT).pending()).isEmpty();
    assertThat(LivePids.withArgument(marker)).isEmpty();
    procs.statuses("", "clear_complete", "true");
  }

  private void assertKilledAndAlive(
      Set<String> accepted, Set<String> before, Set<String> askedAfter) {
    JsonNode overall = procs.statuses("").path("overall_statuses");
    for (String run : before) {
      assertThat(overall.path(run).asText()).as("run %s, before", run).isEqualTo("killed");
    }
    for (String run : askedAfter) {
      assertThat(overall.path(run).asText()).as("run %s, after", run).isEqualTo("running");
    }
    // What was on its way is either: as many live as are said to.
    long running =
        accepted.stream().filter(run -> overall.path(run).asText().equals("running")).count();
    TestCluster.awaitLive(marker, (int) running);
  }
}
