package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.LivePids;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs that wait at a named pipe and end, each in its own way, all at once when it is opened. */
final class HeldEnds {
  /** How a run ends, to what its message says of that. */
  static final Map<String, String> ENDS = ends();

  private final TestCluster cluster;
  private final Path pipe;
  private final Map<String, String> messages = new LinkedHashMap<>();

  HeldEnds(TestCluster cluster, String marker) {
    this.cluster = cluster;
    pipe = cluster.scratch().resolve("pipe-" + marker);
    try {
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while making a pipe", e);
    }
  }

  private static Map<String, String> ends() {
    Map<String, String> ends = new LinkedHashMap<>();
    ends.put("exit 0", "");
    ends.put("exit 7", "exit status 7");
    ends.put("exit 137", "exit status 137");
    ends.put("kill -9 $$", "ended by signal 9 (SIGKILL)");
    ends.put("kill -15 $$", "ended by signal 15 (SIGTERM)");
    ends.put("ulimit -c unlimited; kill -6 $$", "ended by signal 6 (SIGABRT)");
    return ends;
  }

  /** Starts one run of each kind; returns when all of them wait. */
  void startEach() {
    ENDS.forEach((end, message) -> {
      String run = cluster.procs().run(draft(end));
      messages.put(run, message);
    });
    awaitWaiting();
  }

  /** Starts as many runs that exit with a code made of their run id; returns when all wait. */
  void startMany(int count) {
    String name = cluster.procs().create(draft("exit $((PROCGRID_RUN_ID % 251))"));
    for (int i = 0; i < count; i++) {
      String run = cluster.procs().execute(name);
      long code = Long.parseLong(run) % 251;
      messages.put(run, code == 0 ? "" : "exit status " + code);
    }
    awaitWaiting();
  }

  private ProcDraft draft(String end) {
    // The argument is how the processes are found.
    return ProcDraft.shell("echo before; : <$1; echo after; " + end)
        .withCommand("./run.sh", pipe.toString());
  }

  private void awaitWaiting() {
    messages
        .keySet()
        .forEach(run ->
            Waiting.until(
                () -> cluster.procs().status(run), state -> state.stdout().contains("before")));
  }

  /** Lets them end; returns when nothing of them is alive. */
  void end() {
    // Open for both, so that whoever comes late is let through as well.
    try (RandomAccessFile _ = new RandomAccessFile(pipe.toFile(), "rw")) {
      Waiting.until(() -> LivePids.withArgument(pipe.toString()).isEmpty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many are known to be over. */
  long told() {
    return messages.keySet().stream()
        .filter(run -> !cluster.procs().status(run).overall().equals("running"))
        .count();
  }

  /** Sees that each is told as it ended, with all of its output. */
  void assertTold() {
    messages.forEach((run, message) -> {
      RunState state = cluster.procs().awaitOver(run);
      assertThat(state.message()).as("message of run %s", run).isEqualTo(message);
      assertThat(state.overall()).isEqualTo(message.isEmpty() ? "complete" : "error");
      // Of thousands that end at once some outputs come later, and the answers until then say so.
      RunState whole =
          Waiting.until(() -> cluster.procs().status(run), later -> !later.stdout().isEmpty());
      assertThat(whole.stdout()).containsExactly("before", "after");
    });
  }
}
