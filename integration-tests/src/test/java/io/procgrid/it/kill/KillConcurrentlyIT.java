package io.procgrid.it.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.KillAnswer;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kills that come twice and at once (K7). */
@ExtendWith(ClusterExtension.class)
class KillConcurrentlyIT {
  private static final int CLIENTS = 8;

  private final String marker = TestCluster.newMarker();
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster cluster) {
    procs = cluster.procs();
  }

  @Test
  void secondKillListsNothingAndChangesNothing() {
    String run = procs.run(ProcDraft.command("sleep", marker));
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    String message = procs.status(run).message();
    assertThat(procs.kill(run).runIds()).isEmpty();
    assertThat(procs.status(run).message()).isEqualTo(message);
  }

  @Test
  void everyOneOfManyKillersAtOnceAnswersOnlyWhenAllIsDead() throws Exception {
    String name = procs.create(ProcDraft.command("sleep", marker).distributed());
    Set<String> runs = new TreeSet<>();
    for (int i = 0; i < 5; i++) {
      runs.add(procs.execute(name, "run_tag", marker));
    }
    TestCluster.awaitLive(marker, 10);
    Callable<KillAnswer> kill =
        () -> {
          KillAnswer answer = procs.kill("", "run_tag", marker);
          assertThat(LivePids.withArgument(marker)).isEmpty();
          return answer;
        };
    Set<String> listed = new TreeSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (Future<KillAnswer> answer : threads.invokeAll(Collections.nCopies(CLIENTS, kill))) {
        assertThat(answer.get().pending()).isEmpty();
        listed.addAll(answer.get().runIds());
      }
    }
    assertThat(listed).isEqualTo(runs);
  }

  @Test
  void manyRunsInOneCallAreEachListed() {
    String name = procs.create(ProcDraft.command("sleep", marker));
    Set<String> runs = new TreeSet<>();
    for (int i = 0; i < 100; i++) {
      runs.add(procs.execute(name));
    }
    TestCluster.awaitLive(marker, 100);
    assertThat(procs.kill("", "proc_name", name).runIds()).isEqualTo(runs);
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }
}
