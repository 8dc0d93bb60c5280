package io.procgrid.it.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each way to hold processes, once from end to end. */
@ExtendWith(ClusterExtension.class)
class ContainmentIT {
  private final String marker = TestCluster.newMarker();

  @Test
  @EnabledIf("hasCgroups")
  @OwnCluster(containment = "cgroup")
  void cgroupKillsATreeThatDetached(TestCluster cluster) {
    assertTreeDies(cluster, "cgroup", "env -i setsid sleep");
  }

  @Test
  @EnabledIf("hasNamespaces")
  @OwnCluster(containment = "namespace")
  void namespaceKillsATreeThatDetached(TestCluster cluster) {
    assertTreeDies(cluster, "namespace", "env -i setsid sleep");
  }

  @Test
  @OwnCluster(containment = "session")
  void sessionKillsATreeThatChangedItsSession(TestCluster cluster) {
    assertTreeDies(cluster, "session", "setsid sleep");
  }

  @Test
  @OwnCluster(containment = "portable")
  void portableKillsDescendants(TestCluster cluster) {
    assertTreeDies(cluster, "portable", "sleep");
  }

  /** Whether this user may make cgroups here. */
  static boolean hasCgroups() {
    return Stream.of("/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/unified/cgroup.procs")
        .map(Path::of)
        .anyMatch(Files::isWritable);
  }

  /** Whether this user may make namespaces here. */
  static boolean hasNamespaces() throws IOException, InterruptedException {
    return new ProcessBuilder("unshare", "--user", "--map-root-user", "--pid", "--fork", "true")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  private void assertTreeDies(TestCluster cluster, String containment, String child) {
    ProcClient procs = cluster.procs();
    assertThat(cluster.shownWorker(1).path("containment").asText()).isEqualTo(containment);
    RunState over = procs.awaitOver(procs.run(ProcDraft.shell("echo out; exit 7").distributed()));
    assertThat(over.stdout("1000")).as(over.message("1000")).containsExactly("out");
    assertThat(over.message("1000")).contains("exit status 7");

    String run =
        procs.run(
            ProcDraft.shell(
                    "trap '' TERM; %2$s %1$s & %2$s %1$s & exec sleep %1$s"
                        .formatted(marker, child))
                .distributed());
    Set<Long> pids = TestCluster.awaitLive(marker, 6);
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("killed");
  }
}
