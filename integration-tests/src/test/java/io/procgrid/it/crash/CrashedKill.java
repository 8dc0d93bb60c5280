package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.LivePids;
import io.procgrid.it.TestCluster;
import java.util.Map;
import java.util.Set;

/** The same call again finishes the kill; what was listed by the first was dead already then. */
final class CrashedKill extends CrashedOperation {
  private String run = "";
  private Set<Long> pids = Set.of();

  CrashedKill(TestCluster cluster) {
    super(cluster);
  }

  @Override
  void prepare() {
    run = procs.run(sleeper());
    procs.awaitRunning(run, 2);
    pids = TestCluster.awaitLive(marker, 2);
  }

  @Override
  void act() {
    call("/kill/proc", Map.of("run_id", run, "options", Map.of("answer_timeout_ms", "1500")))
        .filter(answer -> !answer.path("run_ids").isEmpty())
        .ifPresent(answer -> assertThat(LivePids.among(pids)).isEmpty());
  }

  @Override
  void verify() {
    assertThat(procs.kill(run).pending()).isEmpty();
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("killed");
    assertThat(procs.status(run).statuses().values()).containsOnly("killed");
  }
}
