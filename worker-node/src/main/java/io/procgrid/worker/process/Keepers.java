package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.Pidfd;
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
   * Ends the keepers of a worker that is gone for good. One whose leader is alive stays.
   *
   * @param identity of that worker
   * @return whether none is left
   */
  public static boolean sweepAfter(String identity) throws SystemCallException {
    boolean none = true;
    for (LeftKeeper keeper : leftBy(identity)) {
      none &= keeper.end();
    }
    return none;
  }

  /** The keepers of another worker, which is gone. */
  static List<LeftKeeper> leftBy(String identity) throws SystemCallException {
    return LeftKeeper.all(markOf(identity));
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

  /** The same for a keeper that carries another mark. */
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
   * The keepers that an earlier process of this worker left behind and that nobody will ask. To be
   * called before the first launch: those of this process carry the same mark.
   *
   * @param claimed trees whose end the journal does not know
   */
  List<LeftKeeper> left(Set<ProcessRecord> claimed) throws SystemCallException {
    List<LeftKeeper> left = new ArrayList<>();
    for (LeftKeeper keeper : LeftKeeper.all(mark)) {
      if (!keeper.keepsOneOf(claimed)) {
        left.add(keeper);
      }
    }
    return left;
  }
}
