package io.procgrid.worker.process;

import io.procgrid.worker.process.linux.Descriptor;
import io.procgrid.worker.process.linux.Errno;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.Spawn;
import io.procgrid.worker.process.linux.SystemCallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts processes that wait at their gate: the one way in which a process of a segment begins. */
final class Launcher {
  private final GateShell shell;

  Launcher(GateShell shell) {
    this.shell = shell;
  }

  /**
   * A process that waits.
   *
   * @param process a child of this worker, leader of a session of its own
   * @param gate closing it ends the process
   */
  record Held(WatchedProcess process, Gate gate) {
    /** Ends a process that was never released, and leaves no zombie. */
    void abandon() {
      gate.close();
      try {
        process.kill();
        Pidfd.awaitChild(process.pid());
      } catch (SystemCallException e) {
        // It is over and waited for already.
      }
      process.finish();
    }
  }

  GateShell shell() {
    return shell;
  }

  /** Starts the plan's program, held: it becomes the program itself when the gate opens. */
  Held launch(LaunchPlan plan) throws LaunchException {
    GateShell.Held held = shell.hold(plan, 3, "");
    return launch(plan, held.command(), held.environment(), List.of());
  }

  /**
   * Starts a command that reads the gate from descriptor 3.
   *
   * @param others what becomes descriptors 4, 5, …
   */
  Held launch(
      LaunchPlan plan,
      List<String> command,
      Map<String, String> environment,
      List<Descriptor> others)
      throws LaunchException {
    try (Descriptor stdout = Descriptor.openToAppend(plan.stdout());
        Descriptor stderr = Descriptor.openToAppend(plan.stderr());
        Descriptor.Pipe pipe = Descriptor.pipe()) {
      List<Descriptor> inherited = new ArrayList<>(List.of(pipe.reader()));
      inherited.addAll(others);
      int pid =
          new Spawn(command, environment, plan.directory(), stdout, stderr, inherited).start();
      return hold(pid, pipe);
    } catch (SystemCallException e) {
      throw new LaunchException(
          "cannot start " + plan.executable() + ": " + e.getMessage() + advice(e), e);
    }
  }

  private static Held hold(int pid, Descriptor.Pipe pipe) throws SystemCallException {
    try {
      WatchedProcess process = WatchedProcess.child(pid);
      return new Held(process, new Gate(pipe.writer().duplicate()));
    } catch (SystemCallException e) {
      // Nobody could watch it. With the gate closed it exits by itself.
      pipe.close();
      Pidfd.awaitChild(pid);
      throw e;
    }
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
