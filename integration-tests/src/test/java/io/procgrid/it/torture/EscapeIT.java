package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.HostCommand;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Processes that leave the cgroup of their segment, or make it a hierarchy (K1). */
@ExtendWith(ClusterExtension.class)
class EscapeIT {
  /** Sets $leaf, the folder of the process's cgroup, and $top, that of all. */
  private static final String FIND_LEAF =
      """
      top=/sys/fs/cgroup
      [ ! -d $top/unified ] || top=$top/unified
      leaf=$top$(sed -n 's/^0:://p' /proc/self/cgroup)
      """;

  @RegisterExtension final Bystanders bystanders = new Bystanders();

  private String marker;
  private ProcClient procs;

  @BeforeEach
  void cgroups(TestCluster cluster) {
    procs = cluster.procs();
    marker = bystanders.marker();
    Optional<String> missing = HostCommand.missingForRoot("setpriv");
    assumeTrue(missing.isEmpty(), missing::orElseThrow);
    assumeTrue(
        cluster.shownWorker(1).path("containment").asText().equals("cgroup"), "needs cgroups");
  }

  private String run(String lines) {
    return procs.run(ProcDraft.shell((FIND_LEAF + lines).replace("MARKER", marker)));
  }

  private void assertDies(String run, int processes) {
    Set<Long> pids = TestCluster.awaitLive(marker, processes);
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("killed");
  }

  @TortureCase(number = 25, report = "sm#400")
  @Test
  void childThatMovedToTheParentCgroupDies() {
    assertDies(
        run(
            """
            sh -c "echo \\$\\$ >$leaf/../cgroup.procs; exec setsid sleep MARKER" &
            exec sleep MARKER\
            """),
        2);
  }

  @TortureCase(number = 25, report = "sm#400")
  @Test
  void leaderThatMovedToTheTopmostCgroupDiesWithItsChildren() {
    assertDies(
        run(
            """
            echo $$ >$top/cgroup.procs
            (env -i setsid sleep MARKER &)
            exec sleep MARKER\
            """),
        2);
  }

  @TortureCase(number = 25, report = "airflow-pentaho-plugin#39")
  @Test
  void childOfAnotherUserDies() {
    assertDies(
        run(
            """
            setpriv --reuid=65534 --regid=65534 --clear-groups setsid sleep MARKER &
            exec sleep MARKER\
            """),
        2);
  }

  @TortureCase(
      number = 25,
      report = {"sm#400", "airflow-pentaho-plugin#39"})
  @Test
  void childOfAnotherUserThatMovedAwayAndLostItsParentAndEnvironmentDies() {
    assertDies(
        run(
            """
            (sh -c "echo \\$\\$ >$top/cgroup.procs
              exec env -i setsid setpriv --reuid=65534 --regid=65534 --clear-groups sleep MARKER" &)
            exec sleep MARKER\
            """),
        2);
  }

  @TortureCase(number = 32)
  @Test
  void processesInCgroupsBelowTheLeafDie() {
    assertDies(
        run(
            """
            mkdir -p $leaf/a/b $leaf/c
            for below in a a/b c; do
              sh -c "echo \\$\\$ >$leaf/$below/cgroup.procs; exec setsid sleep MARKER" &
            done
            exec sleep MARKER\
            """),
        4);
  }

  @TortureCase(number = 32)
  @Test
  void processesInThreadedCgroupsDie() {
    assertDies(
        run(
            """
            mkdir -p $leaf/t/u
            echo threaded >$leaf/t/cgroup.type
            echo threaded >$leaf/t/u/cgroup.type
            for below in t t/u; do
              sh -c "echo \\$\\$ >$leaf/$below/cgroup.threads; exec setsid sleep MARKER" &
            done
            exec sleep MARKER\
            """),
        3);
  }

  @TortureCase(number = 13, report = "containerd#1111")
  @Test
  void treeInAFrozenCgroupDies() throws IOException {
    String run = run("echo $leaf; setsid sleep MARKER & exec sleep MARKER");
    TestCluster.awaitLive(marker, 2);
    Path leaf =
        Path.of(
            Waiting.until(() -> procs.status(run).stdout(), lines -> !lines.isEmpty()).getFirst());
    Files.writeString(leaf.resolve("cgroup.freeze"), "1");
    Waiting.until(() -> Files.readString(leaf.resolve("cgroup.events")).contains("frozen 1"));
    assertDies(run, 2);
  }
}
