package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Trees that fork faster than anybody can list them (K1). They run as a user of the test's own who
 * may have few processes, so that the host stays usable, and end by themselves with the test.
 */
@ExtendWith(ClusterExtension.class)
class ForkBombIT {
  /** While the file is there, every process of it forks and forks. */
  private static final String BOMB =
      """
      exec prlimit --nproc=150:150 setpriv --reuid=%2$d --regid=%2$d --clear-groups nice -n 19 \\
        perl -e 'chdir "/"; while (-e $ARGV[0]) { fork }' %1$s %3$s\
      """;

  @RegisterExtension final Bystanders bystanders = new Bystanders();

  @BeforeEach
  void bounds() {
    Optional<String> missing = HostCommand.missingForRoot("perl", "prlimit", "setpriv");
    assumeTrue(missing.isEmpty(), missing::orElseThrow);
  }

  @TortureCase(number = 16, report = "nomad#14371")
  @Test
  void forkBombDies(TestCluster cluster) throws IOException {
    assertBombsDie(cluster);
  }

  @TortureCase(number = 16, report = "nomad#14371")
  @Test
  @OwnCluster(containment = "namespace")
  void forkBombInANamespaceDies(TestCluster cluster) throws IOException {
    assertBombsDie(cluster);
  }

  private void assertBombsDie(TestCluster cluster) throws IOException {
    ProcClient procs = cluster.procs();
    String marker = bystanders.marker();
    // Procs of other users must be able to see it.
    Path go = Files.createTempFile(Path.of("/tmp"), "procgrid-bomb-", "");
    try {
      int user = 100_000 + (int) (ProcessHandle.current().pid() % 100_000);
      String name = procs.create(ProcDraft.shell(BOMB.formatted(go, user, marker)));
      for (int i = 0; i < Torture.times(3, 100); i++) {
        String run = procs.execute(name);
        Waiting.until(() -> LivePids.withArgument(marker).size() > 100);
        assertThat(procs.kill(run).runIds()).containsExactly(run);
        assertThat(LivePids.withArgument(marker)).isEmpty();
      }
    } finally {
      Files.delete(go);
    }
  }
}
