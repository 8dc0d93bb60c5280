package io.procgrid.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.TestCluster;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Auto-start entries that have not run: what shows, keeps and removes them. */
@ExtendWith(ClusterExtension.class)
class AutoStartEntryIT {
  private TestCluster cluster;
  private ProcClient procs;
  private String name;
  private String entry;

  @BeforeEach
  void entry(TestCluster shared) {
    cluster = shared;
    procs = shared.procs();
    name = procs.create(ProcDraft.command("sleep", TestCluster.newMarker()).distributed());
    entry = procs.execute(name, "execute_at_startup", "true", "run_tag", "boot");
  }

  @AfterEach
  void removeProc() {
    cluster.rest().call("/delete/proc", Map.of("proc_name", name));
  }

  @Test
  void clearWithoutARunIdRemovesTheEntriesOfTheTagAndWithNeitherIsAnError() {
    String other = procs.execute(name, "execute_at_startup", "true", "run_tag", "other");

    assertThat(
            cluster
                .rest()
                .error("/kill/proc", Map.of("options", Map.of("clear_execute_at_startup", "true"))))
        .contains("clear_execute_at_startup", "run_id", "run_tag");
    assertThat(procs.autoStarts(name)).hasSize(2);

    procs.kill("", "run_tag", "boot", "clear_execute_at_startup", "true");
    assertThat(procs.autoStarts(name).has(entry)).isFalse();
    assertThat(procs.autoStarts(name).has(other)).isTrue();

    procs.kill(other, "run_tag", "boot", "clear_execute_at_startup", "true");
    assertThat(procs.autoStarts(name).has(other)).isTrue();
  }

  @Test
  void dryRunOfAClearRemovesNothing() {
    procs.kill(entry, "clear_execute_at_startup", "true", "dry_run", "true");
    assertThat(procs.autoStarts(name).has(entry)).isTrue();
  }

  @Test
  void killOfEverythingKeepsTheEntries() {
    assertThat(procs.kill("").runIds()).isEmpty();
    assertThat(procs.autoStarts(name).has(entry)).isTrue();
    assertThat(procs.status(entry).overall()).isEqualTo("none");
  }

  @Test
  void clearCompleteKeepsAnEntryThatHasNotRun() {
    procs.statuses("", "clear_complete", "true");
    assertThat(procs.autoStarts(name).has(entry)).isTrue();
    assertThat(procs.status(entry).overall()).isEqualTo("none");
  }
}
