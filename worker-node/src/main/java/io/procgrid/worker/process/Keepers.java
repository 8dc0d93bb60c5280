package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.ProcessTable;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keepers of one worker: how they are made, and how they are found again.
 *
 * <p>A keeper is setsid(1), which starts a leader in a session of its own and waits for it. All
 * keepers of a worker carry one mark, put on them after the leader's birth, so that no leader has
 * it.
 */
public final class Keepers {
  private static final Logger log = LoggerFactory.getLogger(Keepers.class);
  private static final List<Path> PLACES = List.of(Path.of("/usr/bin"), Path.of("/bin"));
  private static final int TRIAL_CODE = 7;
  private static final int TRIAL_SECONDS = 10;

  private final DescentMark mark;
  private final List<String> command;

  private Keepers(DescentMark mark, List<String> command) {
    this.mark = mark;
    this.command = List.copyOf(command);
  }

  /**
   * Ends the keepers of a worker that is gone for good and whose trees are dead.
   *
   * @param identity of that worker
   */
  public static void sweepAfter(String identity) throws SystemCallException {
    sweep(markOf(identity), Set.of());
  }

  private static DescentMark markOf(String identity) {
    return DescentMark.of("keepers of " + identity);
  }

  /**
   * Looks what this host offers.
   *
   * @param identity of the worker whose keepers they are
   */
  static Keepers probe(String identity) {
    DescentMark mark = markOf(identity);
    String failure = "there is none";
    for (Path place : PLACES) {
      Path setsid = place.resolve("setsid");
      if (!Files.isExecutable(setsid)) {
        continue;
      }
      List<String> command = List.of(setsid.toString(), "--fork", "--wait");
      try {
        tryOut(command);
        return new Keepers(mark, command);
      } catch (IOException e) {
        failure = String.valueOf(e.getMessage());
      }
    }
    log.warn(
        "exit statuses of procs that end while no worker runs will be lost: setsid of util-linux"
            + " does not work here ({}); install util-linux 2.32 or newer",
        failure);
    return new Keepers(mark, List.of());
  }

  private static void tryOut(List<String> command) throws IOException {
    List<String> trial = new ArrayList<>(command);
    trial.addAll(List.of("/bin/sh", "-c", "exit " + TRIAL_CODE));
    Process process = new ProcessBuilder(trial).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(TRIAL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != TRIAL_CODE) {
        throw new IOException(String.join(" ", command) + " fails: " + output.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while trying " + command.getFirst(), e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** What to put before a leader's command; empty when this host has nothing that can keep. */
  List<String> command() {
    return command;
  }

  /** Takes a process whose leader is born. */
  Keeper mark(int pid) throws SystemCallException {
    mark.set(pid);
    return new Keeper(pid, Pidfd.open(pid));
  }

  /** The keeper that has this pid; an absent one when that is any other process. */
  Keeper find(int pid) throws SystemCallException {
    return find(pid, mark);
  }

  /** The same for keepers inside a tree, which carry the tree's mark. */
  static Keeper find(int pid, DescentMark mark) throws SystemCallException {
    Pidfd process;
    try {
      process = Pidfd.open(pid);
    } catch (SystemCallException e) {
      if (e.errno() == Errno.ESRCH) {
        return Keeper.absent();
      }
      throw e;
    }
    // Asked after the open: from here on it cannot come to mean another process.
    if (mark.isOn(pid)) {
      return new Keeper(pid, process);
    }
    process.close();
    return Keeper.absent();
  }

  /**
   * Ends the keepers that an earlier process of this worker left behind with nothing to keep.
   *
   * @param claimed trees whose end the journal does not know
   */
  void sweep(Set<ProcessRecord> claimed) throws SystemCallException {
    sweep(mark, claimed);
  }

  private static void sweep(DescentMark mark, Set<ProcessRecord> claimed)
      throws SystemCallException {
    for (int pid : ProcessTable.marked().getOrDefault(mark.value(), List.of())) {
      if (ProcessTable.childrenOf(pid).stream().allMatch(child -> isLeft(child, claimed))) {
        Descendants.kill(pid, () -> mark.isOn(pid));
        log.info("ended keeper pid {}, which an earlier worker left", pid);
      }
    }
  }

  private static boolean isLeft(int pid, Set<ProcessRecord> claimed) {
    long startTicks = ProcessStat.of(pid).map(ProcessStat::startTicks).orElse(0L);
    return ProcessStat.isDead(pid)
        && claimed.stream()
            .noneMatch(record -> record.pid() == pid && record.startTicks() == startTicks);
  }
}
