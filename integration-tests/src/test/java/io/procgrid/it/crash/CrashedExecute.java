package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.KillAnswer;
import io.procgrid.it.LivePids;
import io.procgrid.it.TestCluster;
import java.util.Map;
import java.util.Optional;

/** A run that was acknowledged runs once; one that was not runs once or never. */
final class CrashedExecute extends CrashedOperation {
  private String proc = "";
  private Optional<String> acknowledged = Optional.empty();

  CrashedExecute(TestCluster cluster) {
    super(cluster);
  }

  @Override
  void prepare() {
    proc = procs.create(sleeper());
  }

  @Override
  void act() {
    acknowledged =
        call("/execute/proc", Map.of("proc_name", proc, "params", Map.of(), "options", Map.of()))
            .map(answer -> answer.path("run_id").asText());
  }

  @Override
  void verify() {
    acknowledged.ifPresent(run -> {
      procs.awaitRunning(run, 2);
      TestCluster.awaitLive(marker, 2);
    });
    KillAnswer killed = procs.kill("", "proc_name", proc);
    assertThat(killed.pending()).isEmpty();
    assertThat(killed.runIds()).hasSizeLessThanOrEqualTo(1);
    acknowledged.ifPresent(run -> {
      assertThat(killed.runIds()).containsExactly(run);
      assertThat(procs.status(run).statuses()).hasSize(2).containsOnlyKeys("0", "1000");
    });
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }
}
