package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RestReply;
import io.procgrid.it.Setting;
import io.procgrid.it.SmallDisks;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Head or worker have no free byte on their disk (K3, K6). */
@ExtendWith(ClusterExtension.class)
@OwnCluster(setting = Setting.SMALL_DISKS)
class FullDiskIT {
  @RegisterExtension final Bystanders bystanders = new Bystanders();

  private TestCluster cluster;
  private ProcClient procs;
  private String name;
  private String run;
  private Set<Long> pids;

  @BeforeEach
  void run(TestCluster own) {
    cluster = own;
    procs = own.procs();
    name = procs.create(ProcDraft.command("sleep", bystanders.marker()).distributed());
    run = procs.execute(name);
    procs.awaitRunning(run, 2);
    pids = TestCluster.awaitLive(bystanders.marker(), 2);
  }

  @TortureCase(number = 30)
  @Test
  void workerWithAFullDiskStillKillsAndNeverForgetsIt(SmallDisks disks) {
    disks.fillWorker(2);

    assertThat(procs.kill(run).runIds()).containsExactly(run);

    assertThat(LivePids.among(pids)).isEmpty();
    cluster.worker(2).kill();
    disks.freeWorker(2);
    cluster.startAll();
    assertThat(procs.awaitOver(procs.run(ProcDraft.shell("exit 0").distributed())).statuses())
        .hasSize(2);
    assertThat(procs.status(run).overall()).isEqualTo("killed");
  }

  @TortureCase(number = 30)
  @Test
  void whatAWorkerWithAFullDiskCannotDoItDoesWhenThereIsSpaceAgain(SmallDisks disks) {
    String newFiles = procs.create(ProcDraft.shell("echo hi").distributed());
    disks.fillWorker(2);
    String waiting = procs.execute(newFiles);
    Waiting.until(
        () -> procs.status(waiting).message("1000"), text -> text.contains("No space left"));
    String killed = procs.execute(newFiles);
    // The worker has no place for the tombstone of what it never heard of: no proof yet.
    assertThat(procs.kill(killed, "answer_timeout_ms", "1000").pending().get(killed))
        .contains("cannot be made durable", "No space left");

    disks.freeWorker(2);

    assertThat(procs.awaitOver(killed).overall()).isEqualTo("killed");
    assertThat(procs.awaitOver(waiting).overall()).isEqualTo("complete");
    assertThat(procs.awaitOver(procs.execute(newFiles)).overall()).isEqualTo("complete");
    assertThat(procs.kill("").runIds()).containsExactly(run);
  }

  @TortureCase(number = 30)
  @Test
  void headWithAFullDiskAcceptsNothingThatItLosesAndRecovers(SmallDisks disks) {
    disks.fillHead();
    List<String> accepted = new ArrayList<>();
    RestReply reply;
    do {
      reply = cluster.rest().post("/execute/proc", Map.of("proc_name", name, "options", Map.of()));
      if (isOk(reply)) {
        accepted.add(reply.data().path("run_id").asText());
      }
    } while (isOk(reply) && accepted.size() < 2_000);
    assertThat(reply.wrapper().path("message").asText()).contains("no space left");

    RestReply kill =
        cluster
            .rest()
            .post(
                "/kill/proc",
                Map.of("run_id", run, "options", Map.of("answer_timeout_ms", "1000")));
    if (isOk(kill)) {
      for (JsonNode listed : kill.data().path("run_ids")) {
        assertThat(listed.asText()).isEqualTo(run);
        assertThat(LivePids.among(pids)).isEmpty();
      }
    } else {
      assertThat(kill.wrapper().path("message").asText()).contains("unknown");
    }

    disks.freeHead();
    Waiting.until(() -> procs.kill("").pending().isEmpty());
    assertThat(LivePids.withArgument(bystanders.marker())).isEmpty();
    cluster.head().kill();
    cluster.startAll();
    accepted.add(run);
    for (String id : accepted) {
      assertThat(procs.status(id).overall()).as("run %s", id).isEqualTo("killed");
    }
    assertThat(procs.awaitOver(procs.run(ProcDraft.shell("exit 0"))).overall())
        .isEqualTo("complete");
  }

  private static boolean isOk(RestReply reply) {
    return reply.wrapper().path("status").asText().equals("OK");
  }
}
