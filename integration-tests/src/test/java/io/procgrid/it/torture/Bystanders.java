package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.LivePids;
import io.procgrid.it.TestCluster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Stands by during a test: gives its processes a marker, and sees afterwards that none of them is
 * alive, and that none of its own processes, which resemble them, was hit.
 */
final class Bystanders implements BeforeEachCallback, AfterEachCallback {
  private final String marker = TestCluster.newMarker();
  private final List<Process> decoys = new ArrayList<>();

  /** Argument of sleep(1) by which the test's processes are found. */
  String marker() {
    return marker;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    for (String prefix : List.of("", "exec setsid ")) {
      ProcessBuilder decoy =
          new ProcessBuilder("sh", "-c", prefix + "sleep " + TestCluster.newMarker());
      decoy.environment().put("PROCGRID_RUN_ID", "1");
      decoy.environment().put("PROCGRID_SEGMENT_ID", "0");
      decoys.add(decoy.start());
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    try {
      assertThat(decoys).as("bystanders").allMatch(Process::isAlive);
      if (context.getExecutionException().isEmpty()) {
        assertThat(LivePids.withArgument(marker)).as("processes of the runs").isEmpty();
      }
    } finally {
      decoys.forEach(decoy -> decoy.descendants().forEach(ProcessHandle::destroyForcibly));
      decoys.forEach(Process::destroyForcibly);
    }
  }
}
