package io.procgrid.it.soak;

import io.procgrid.it.LivePids;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds the processes of runs by looking at every process of the host. The cluster is not asked:
 * that is the point.
 */
final class HostView {
  private static final File PROC = new File("/proc");

  /** At a process that has no arguments at all. */
  private static final int MOST_LOOKS = 10_000;

  private final Marker marker;
  private final String dataDir;
  private final Set<Long> bystanders;

  /**
   * A view of a cluster's processes.
   *
   * @param dataDir of the cluster: working folders of its procs lie below it
   * @param bystanders pids of processes that look like the cluster's and are not; may grow
   */
  HostView(Marker marker, Path dataDir, Set<Long> bystanders) {
    this.marker = marker;
    this.dataDir = dataDir + "/";
    this.bystanders = bystanders;
  }

  /** Everything alive that belongs to a run. */
  List<Living> look() {
    List<Living> living = new ArrayList<>();
    for (String name : PROC.list((File in, String name) -> Character.isDigit(name.charAt(0)))) {
      long pid = Long.parseLong(name);
      OptionalLong run = runOf(pid);
      if (run.isPresent() && !bystanders.contains(pid) && LivePids.isAlive(pid)) {
        living.add(new Living(run.getAsLong(), pid, Living.startTicks(pid)));
      }
    }
    return living;
  }

  /**
   * By its arguments, which survive a cleared environment, else by its environment, which is there
   * before the proc's script could make an argument; a copied environment elsewhere counts not.
   */
  private OptionalLong runOf(long pid) {
    OptionalLong run = marker.runOfArguments(argumentsOf(pid));
    return run.isEmpty() && worksInDataDir(pid)
        ? marker.runOfEnvironment(LivePids.text(pid, "environ"))
        : run;
  }

  /** In the middle of an exec a process has neither arguments nor environment: looks again then. */
  private String argumentsOf(long pid) {
    String arguments = LivePids.text(pid, "cmdline");
    for (int look = 0; look < MOST_LOOKS && arguments.isEmpty(); look++) {
      if (!worksInDataDir(pid) || !LivePids.isAlive(pid)) {
        break;
      }
      Thread.onSpinWait();
      arguments = LivePids.text(pid, "cmdline");
    }
    return arguments;
  }

  private boolean worksInDataDir(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd"))
          .toString()
          .startsWith(dataDir);
    } catch (IOException e) {
      // It is gone.
      return false;
    }
  }
}
