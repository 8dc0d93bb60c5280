package io.procgrid.it;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The head on the host, the workers and their procs in one pid namespace whose pid 1 is the test's.
 * The namespace outlives the workers; it ends, with all that is in it, when closed.
 */
public final class PidNamespace implements ClusterPlaces {
  /** Pids from 300, where the kernel begins again, to this recur all the time. */
  private static final int FEW = 500;

  /** Those below 300 are given once: they are used up first. */
  private static final String INIT_WITH_FEW =
      """
      echo %1$d >/proc/sys/kernel/pid_max
      used=0
      while [ $used -lt %1$d ]; do /bin/true; used=$((used+1)); done
      sleep infinity &
      while :; do wait; done
      """;

  private final Process front;
  private final ProcessHandle init;

  private PidNamespace(String init) {
    try {
      front =
          new ProcessBuilder(
                  List.of(
                      "unshare",
                      "--pid",
                      "--mount-proc",
                      "--fork",
                      "--kill-child",
                      "sh",
                      "-c",
                      init))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.init =
        Waiting.until(
            () -> front.children().findFirst().orElse(null),
            child -> child != null && !LivePids.text(child.pid(), "comm").startsWith("unshare"));
  }

  /** One that knows few pids; its pid 1 reaps. */
  static PidNamespace withFewPids() {
    PidNamespace namespace = new PidNamespace(INIT_WITH_FEW.formatted(FEW));
    Waiting.until(() ->
        namespace
            .init
            .children()
            .anyMatch(child -> LivePids.text(child.pid(), "comm").strip().equals("sleep")));
    return namespace;
  }

  /** One whose pid 1 never waits for anybody. */
  static PidNamespace withoutReaper() {
    PidNamespace namespace = new PidNamespace("exec sleep infinity");
    Waiting.until(() -> LivePids.text(namespace.initPid(), "comm").strip().equals("sleep"));
    return namespace;
  }

  @Override
  public DaemonPlace head(Path folder) {
    return DaemonPlace.onHost(folder);
  }

  @Override
  public DaemonPlace worker(int number, Path folder) {
    return new DaemonPlace(prefix(), folder, ImmutableList.of());
  }

  /** What a command line begins with to run inside. */
  public ImmutableList<String> prefix() {
    return ImmutableList.of(
        "nsenter", "--target", Long.toString(initPid()), "--pid", "--mount", "--wdns=/");
  }

  /** Runs a program inside, as {@link HostCommand#run(String...)} does. */
  public String run(String... command) {
    return HostCommand.run(ImmutableList.<String>builder().addAll(prefix()).add(command).build());
  }

  /** The pid, on the host, of its pid 1. */
  public long initPid() {
    return init.pid();
  }

  /** The pid that a process inside has there. */
  public static long pidInside(long pidOnHost) {
    return LivePids.text(pidOnHost, "status")
        .lines()
        .filter(line -> line.startsWith("NSpid:"))
        .map(line -> Long.valueOf(line.substring(line.lastIndexOf('\t') + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no process " + pidOnHost));
  }

  @Override
  public void close() {
    init.destroyForcibly();
    front.destroyForcibly();
    try {
      front.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a pid namespace ends", e);
    }
  }
}
