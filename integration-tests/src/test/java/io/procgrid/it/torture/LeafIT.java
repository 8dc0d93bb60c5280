package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.HostCommand;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever is done to the leaf of a run, its kill succeeds, and the leaf goes in the end. */
@ExtendWith(ClusterExtension.class)
@OwnCluster(workers = 1)
class LeafIT {
  private final String marker = TestCluster.newMarker();
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster cluster) {
    procs = cluster.procs();
    assumeThat(HostCommand.missingForRoot("mount", "umount")).isEmpty();
    assumeThat(cluster.shownWorker(1).path("containment").asText())
        .as("the others have no leaves")
        .isEqualTo("cgroup");
  }

  /** Folder of the version 2 cgroup that a process is in. */
  private static Path leafOf(long pid) throws IOException {
    String cgroup =
        LivePids.text(pid, "cgroup")
            .lines()
            .filter(line -> line.startsWith("0::"))
            .findFirst()
            .orElseThrow()
            .substring("0::/".length());
    Path unified = Path.of("/sys/fs/cgroup/unified");
    return (Files.isDirectory(unified) ? unified : Path.of("/sys/fs/cgroup")).resolve(cgroup);
  }

  @TortureCase(number = 17, report = "nomad#4935")
  @Test
  void leafThatCannotBeRemovedDelaysNoKillAndGoesLater() throws IOException {
    String run = procs.run(ProcDraft.command("sleep", marker));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    Path leaf = leafOf(pids.iterator().next());
    // The kernel removes nothing that something is mounted on: EBUSY.
    Path busy = Files.createDirectory(leaf.resolve("busy"));
    HostCommand.run("mount", "--bind", busy.toString(), busy.toString());
    try {
      assertThat(procs.kill(run).runIds()).containsExactly(run);
      assertThat(procs.status(run).overall()).isEqualTo("killed");
      assertThat(LivePids.among(pids)).isEmpty();
      assertThat(leaf).exists();
    } finally {
      HostCommand.run("umount", busy.toString());
    }
    Waiting.until(() -> Files.notExists(leaf));
  }

  @TortureCase(number = 32)
  @Test
  void whoMakesCgroupsBelowItsLeafAndMovesThereDies() {
    String run =
        procs.run(
            ProcDraft.shell(
                """
                L=$(awk '/ - cgroup2 / {print $5; exit}' /proc/self/mountinfo)
                L=$L$(sed -n 's/^0:://p' /proc/self/cgroup)
                mkdir -p $L/a/b $L/t
                echo threaded >$L/t/cgroup.type
                sh -c "echo \\$\\$ >$L/a/b/cgroup.procs; exec sleep MARKER" &
                sh -c "echo \\$\\$ >$L/t/cgroup.threads; exec sleep MARKER" &
                exec sleep MARKER
                """
                    .replace("MARKER", marker)));
    Set<Long> pids = TestCluster.awaitLive(marker, 3);

    assertThat(procs.kill(run).runIds()).containsExactly(run);

    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }
}
