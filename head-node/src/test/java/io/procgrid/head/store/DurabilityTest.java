package io.procgrid.head.store;

import static io.procgrid.head.store.Samples.fixed;
import static io.procgrid.head.store.Samples.placed;
import static io.procgrid.head.store.Samples.run;
import static io.procgrid.head.store.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.core.Recovered;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A head that is killed while it stores. */
class DurabilityTest {
  private static final int TERMS = 3;
  private static final int ACKNOWLEDGED_PER_TERM = 400;

  @TempDir Path directory;

  /**
   * A head that stores one run after the other and prints the id of each that it is told is stored.
   */
  static final class EndlessHead {
    private EndlessHead() {}

    public static void main(String[] arguments) throws StoreException, InterruptedException {
      HeadStore store = HeadStore.open(Path.of(arguments[0]), StoreUnderTest.BOOT);
      PrintStream out = System.out;
      Semaphore room = new Semaphore(64);
      store.start(
          answer -> {
            switch (answer) {
              case HeadEvent.Stored(long ticket) -> out.println("stored " + ticket);
              default -> out.println("unexpected " + answer);
            }
            room.release();
          },
          reason -> out.println("fatal " + reason));
      out.println("begins");
      for (long runId = store.recovered().nextRunId(); ; runId++) {
        room.acquire();
        store.persist(
            new HeadEffect.Persist(
                runId,
                ImmutableList.of(run(runId), fixed(runId, 1, 1), placed(segment(runId, 1, 0), 1))));
      }
    }
  }

  @Test
  void whatWasAcknowledgedSurvivesAKillOfTheHead() throws IOException, StoreException {
    List<Long> acknowledged = new ArrayList<>();
    for (int term = 1; term <= TERMS; term++) {
      acknowledged.addAll(runUntilKilled());

      try (HeadStore store = HeadStore.open(directory, StoreUnderTest.BOOT)) {
        Recovered recovered = store.recovered();
        assertThat(recovered.clusterStart()).isEqualTo(1);
        assertThat(recovered.epoch().counter()).isEqualTo(2L * term);
        assertThat(recovered.runs()).extracting(Recovered.Run::runId).containsAll(acknowledged);
        assertThat(recovered.runs())
            .allSatisfy(run ->
                assertThat(run.segments())
                    .extracting(Recovered.Segment::placement)
                    .containsExactly(Samples.placement(1)));
        assertThat(recovered.nextRunId()).isGreaterThan(acknowledged.getLast());
      }
    }
  }

  /** Returns the ids of the runs that the head had acknowledged when it was killed. */
  private List<Long> runUntilKilled() throws IOException {
    Process head =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                EndlessHead.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    List<Long> acknowledged = new ArrayList<>();
    try (BufferedReader lines = head.inputReader()) {
      String line = lines.readLine();
      while (line != null) {
        assertThat(line).doesNotStartWith("unexpected").doesNotStartWith("fatal");
        if (line.startsWith("stored ")) {
          acknowledged.add(Long.parseLong(line.substring("stored ".length())));
        }
        if (acknowledged.size() == ACKNOWLEDGED_PER_TERM) {
          // Unlike the process's own method, its handle leaves the pipe open: what the head said
          // before it died is still read.
          head.toHandle().destroyForcibly();
        }
        line = lines.readLine();
      }
    } finally {
      head.destroyForcibly().onExit().join();
    }
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ACKNOWLEDGED_PER_TERM);
    return acknowledged;
  }
}
