package io.procgrid.it.torture;

import io.procgrid.it.LivePids;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A cgroup of the freezer of version 1: a process in it sleeps in state D and dies of nothing
 * before it is thawed. Closing it thaws and removes it.
 */
final class Freezer implements AutoCloseable {
  private static final Path HIERARCHY = Path.of("/sys/fs/cgroup/freezer");

  private final Path folder;

  private Freezer(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes one; the test is skipped where that cannot be.
   *
   * @param name no other has it
   */
  static Freezer open(String name) throws IOException {
    Assumptions.assumeTrue(
        Files.isWritable(HIERARCHY),
        "needs root and the freezer of cgroup version 1 at " + HIERARCHY);
    return new Freezer(Files.createDirectory(HIERARCHY.resolve("procgrid-test-" + name)));
  }

  /** Returns when none of the processes can run any more. */
  void freeze(Iterable<Long> pids) throws IOException {
    for (long pid : pids) {
      Files.writeString(folder.resolve("cgroup.procs"), Long.toString(pid));
    }
    Files.writeString(folder.resolve("freezer.state"), "FROZEN");
    Waiting.until(() -> state().equals("FROZEN"));
  }

  void thaw() throws IOException {
    Files.writeString(folder.resolve("freezer.state"), "THAWED");
  }

  private String state() throws IOException {
    return Files.readString(folder.resolve("freezer.state")).strip();
  }

  /** Who is in it goes back to where it came from, alive or about to die. */
  @Override
  public void close() throws IOException {
    thaw();
    for (String pid : processes()) {
      if (LivePids.isAlive(Long.parseLong(pid))) {
        Files.writeString(HIERARCHY.resolve("cgroup.procs"), pid);
      }
    }
    Waiting.until(() -> processes().isEmpty());
    Files.delete(folder);
  }

  private List<String> processes() throws IOException {
    return Files.readAllLines(folder.resolve("cgroup.procs"));
  }
}
