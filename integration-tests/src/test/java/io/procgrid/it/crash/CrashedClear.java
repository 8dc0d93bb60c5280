package io.procgrid.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A run ends and is cleared: its true end is shown until it was cleared and never after, and the
 * workers' journals forget it.
 */
final class CrashedClear extends CrashedOperation {
  private String run = "";
  private Optional<JsonNode> cleared = Optional.empty();

  CrashedClear(TestCluster cluster) {
    super(cluster);
  }

  @Override
  void prepare() {
    Path go = cluster.scratch().resolve(marker);
    run =
        procs.run(
            ProcDraft.shell(
                    "while ! [ -e %s ]; do sleep 0.02; done; echo bye; exit 9".formatted(go))
                .distributed());
    procs.awaitRunning(run, 2);
  }

  @Override
  void act() {
    try {
      Files.createFile(cluster.scratch().resolve(marker));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    call("/show/proc/status", Map.of("run_id", run, "options", Map.of("wait_ms", "2000")));
    cleared =
        call(
            "/show/proc/status",
            Map.of("run_id", run, "options", Map.of("clear_complete", "true")));
  }

  @Override
  void verify() {
    boolean toldAsOver =
        cleared.map(answer -> new RunState(run, answer)).filter(CrashedClear::isOver).isPresent();
    RunState state =
        Waiting.until(() -> procs.status(run), shown -> shown.overall().isEmpty() || isOver(shown));
    if (toldAsOver) {
      assertThat(state.overall()).isEmpty();
    } else if (isOver(state)) {
      assertThat(state.overall()).isEqualTo("error");
      for (String segment : state.statuses().keySet()) {
        assertThat(state.message(segment)).contains("exit status 9");
        assertThat(state.stdout(segment)).containsExactly("bye");
      }
      procs.status(run, "clear_complete", "true");
      assertThat(procs.status(run).overall()).isEmpty();
    }
    Waiting.until(() -> !isInAJournal());
  }

  private static boolean isOver(RunState state) {
    return !state.overall().isEmpty() && !state.overall().equals("running");
  }

  private boolean isInAJournal() throws IOException {
    for (int number = 1; number <= 2; number++) {
      Path journal = cluster.dataDir().resolve("worker-" + number).resolve("journal");
      try (Stream<Path> entries = Files.list(journal)) {
        if (entries.anyMatch(entry -> entry.getFileName().toString().startsWith(run + "-"))) {
          return true;
        }
      }
    }
    return false;
  }
}
