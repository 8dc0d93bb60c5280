package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.DelayProxy.Direction;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.Setting;
import io.procgrid.it.SlowLinks;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Kills whose messages are on their way when something breaks (K3). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(setting = Setting.SLOW_LINKS)
class InterruptedKillIT {
  @RegisterExtension final Bystanders bystanders = new Bystanders();

  private TestCluster cluster;
  private ProcClient procs;
  private String run;
  private Set<Long> pids;

  @BeforeEach
  void run(TestCluster own) {
    cluster = own;
    procs = own.procs();
    run = procs.run(ProcDraft.command("sleep", bystanders.marker()).distributed());
    pids = TestCluster.awaitLive(bystanders.marker(), 2);
  }

  /** One worker's answer does not arrive, the other does not get the order; then the head dies. */
  @TortureCase(number = 24)
  @Test
  void sameCallFinishesTheJobWhenTheHeadDiedBetweenDispatchAndAnswer(SlowLinks links) {
    links.to(1).hold(Direction.BACK);
    links.to(2).hold(Direction.FORTH);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<Void> first =
          CompletableFuture.runAsync(() -> procs.kill(run), threads).exceptionally(failure -> null);
      Waiting.until(() -> LivePids.among(pids).size() == 1);
      cluster.head().kill();
      first.join();
    }
    links.to(1).restore();
    links.to(2).cut();
    links.to(2).restore();
    cluster.startAll();

    assertThat(procs.kill(run).pending()).isEmpty();

    assertThat(procs.status(run).overall()).isEqualTo("killed");
    assertThat(LivePids.among(pids)).isEmpty();
  }

  @TortureCase(number = 14)
  @Test
  void linkThatPassesNothingDelaysNoOther(SlowLinks links) {
    String other = procs.run(ProcDraft.command("sleep", bystanders.marker()));
    procs.awaitRunning(other, 1);
    links.to(2).hold(Direction.FORTH);

    assertThat(procs.kill(run, "answer_timeout_ms", "500").pending().get(run)).contains("worker 2");
    assertThat(procs.statuses("").path("overall_statuses").size()).isEqualTo(2);
    assertThat(procs.kill("", "worker", "1", "answer_timeout_ms", "500").pending())
        .doesNotContainKey(other);

    links.to(2).cut();
    links.to(2).restore();
    assertThat(procs.awaitOver(run).overall()).isEqualTo("killed");
    assertThat(procs.kill("").pending()).isEmpty();
  }
}
