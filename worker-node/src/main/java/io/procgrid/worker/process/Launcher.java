package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.Descriptor;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessTable;
import io.procgrid.worker.process.linux.Spawn;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts processes that wait at their gate: the one way in which a process of a segment begins. */
final class Launcher {
  /** Takes the name that tells it from the program, which takes it off again, and reports. */
  private static final byte[] GREETING =
      "printf %s 2>/dev/null >/proc/self/comm; echo ready >&3; exec 3>&-\n"
          .formatted(GateShell.NAME)
          .getBytes(StandardCharsets.UTF_8);

  private static final Path NOWHERE = Path.of("/dev/null");

  private final GateShell shell;
  private final Keepers keepers;

  Launcher(GateShell shell, Keepers keepers) {
    this.shell = shell;
    this.keepers = keepers;
  }

  /**
   * What was started: a child of this worker, leader of a session of its own, below which a process
   * reads the gate.
   *
   * @param pid the child's
   * @param gate not yet open
   * @param report tells when the process is at the gate
   */
  record Started(int pid, Gate gate, ReadyReport report) {}

  /**
   * A process that waits.
   *
   * @param child pid of a child of this worker that ends with the process, if it is not the same
   * @param process leader of a session of its own
   * @param gate closing it ends the process
   */
  record Held(int child, WatchedProcess process, Gate gate) {
    /** Ends a process that was never released, and leaves no zombie. */
    void abandon() {
      gate.close();
      try {
        process.kill();
        Pidfd.awaitChild(child);
      } catch (SystemCallException e) {
        // It is over and waited for already.
      }
      process.finish();
      process.letGo();
    }
  }

  GateShell shell() {
    return shell;
  }

  Keepers keepers() {
    return keepers;
  }

  /** Starts the plan's program, held: it becomes the program itself when the gate opens. */
  Held launch(LaunchPlan plan) throws LaunchException {
    List<String> command = new ArrayList<>(keepers.command());
    command.addAll(shell.command());
    Started started = start(plan, command, NOWHERE);
    try (ReadyReport report = started.report()) {
      if (!report.await()) {
        throw new IOException(String.join(" ", command) + " does not come to its gate");
      }
      return new Held(started.pid(), leaderOf(started.pid()), started.gate());
    } catch (IOException e) {
      // With the gate closed, all of it exits by itself.
      started.gate().close();
      awaitEnd(started.pid());
      throw refusal(plan, String.valueOf(e.getMessage()), e);
    }
  }

  private WatchedProcess leaderOf(int child) throws IOException {
    return keepers.command().isEmpty()
        ? WatchedProcess.child(child)
        : WatchedProcess.kept(onlyChildOf(child), keepers.mark(child));
  }

  /** The child of a process that has exactly one. */
  static int onlyChildOf(int parent) throws IOException {
    List<Integer> children = ProcessTable.childrenOf(parent);
    if (children.size() != 1) {
      throw new IOException("pid " + parent + " has " + children.size() + " children, not one");
    }
    return children.getFirst();
  }

  /**
   * Starts a command below which the gate's shell runs. Only that gets to touch files of the plan.
   *
   * @param complaints where what fails before the gate says why
   */
  Started start(LaunchPlan plan, List<String> command, Path complaints) throws LaunchException {
    String opening = shell.opening(plan);
    try (Descriptor nowhere = Descriptor.openToWrite(NOWHERE.toString());
        Descriptor stderr = Descriptor.openToAppend(complaints);
        Descriptor.Pipe pipe = Descriptor.pipe();
        Descriptor.Pipe report = Descriptor.pipe()) {
      // Created here, for the worker's user alone; what goes wrong is told in time.
      Descriptor.openToAppend(plan.stdout()).close();
      Descriptor.openToAppend(plan.stderr()).close();
      pipe.writer().write(GREETING);
      Gate gate = new Gate(pipe.writer().duplicate(), opening);
      List<Descriptor> others = List.of(report.writer());
      Spawn spawn =
          new Spawn(command, Map.of(), Path.of("/"), pipe.reader(), nowhere, stderr, others);
      try (ForkGuard.Hold _ = ForkGuard.forking()) {
        ReadyReport ready = new ReadyReport(report.reader().duplicate());
        return new Started(spawn.start(), gate, ready);
      } catch (SystemCallException e) {
        gate.close();
        throw e;
      }
    } catch (SystemCallException e) {
      throw refusal(plan, e.getMessage() + advice(e), e);
    }
  }

  private static void awaitEnd(int child) {
    try {
      Pidfd.awaitChild(child);
    } catch (SystemCallException e) {
      // Waited for already.
    }
  }

  private static LaunchException refusal(LaunchPlan plan, String why, IOException cause) {
    return new LaunchException("cannot start " + plan.executable() + ": " + why, cause);
  }

  private static String advice(SystemCallException e) {
    return switch (e.errno()) {
      case Errno.EMFILE -> "; raise the worker's limit of open files (ulimit -n)";
      case Errno.EAGAIN -> "; raise the limit of processes (ulimit -u, pids.max) or run fewer";
      case Errno.ENOSPC -> "; free space on the disk";
      case Errno.EACCES, Errno.EPERM -> "; check the permissions of the worker's user";
      default -> "";
    };
  }
}
