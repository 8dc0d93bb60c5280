package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.Descriptor;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.ProcessTable;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A pid namespace for each segment, with a user namespace around it where the worker is not root.
 * The user's program sees pids of the namespace; /proc still shows those of the host.
 */
final class NamespaceContainment extends SupervisedContainment {
  static final String NAME = "namespace";

  /**
   * What pid 1 does: wait for the leader, report its end, stay until it is alone. Whatever is
   * orphaned meanwhile is reaped by the shell's own waiting.
   */
  private static final String INIT =
      "\"$@\"; code=$?; exec 3<&-; { echo $code >&4; } 2>/dev/null; exec 4>&-; "
          + "while kill -0 -1 2>/dev/null; do sleep 0.1; done; exit $code";

  private static final String REPORT_READY = "echo ready >&4; exec 4>&-; ";
  private static final int READY_TIMEOUT_MILLIS = 20_000;
  private static final int GATE = 3;

  private final NamespaceTool tool;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  NamespaceContainment(Supervision supervision, NamespaceTool tool, InstantSource clock) {
    super(supervision);
    this.tool = tool;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean bestEffort() {
    return false;
  }

  @Override
  public ContainedTree launch(SegmentKey segment, LaunchPlan plan) throws LaunchException {
    return supervision.launch(plan, () -> launchInNamespace(segment, plan));
  }

  private ContainedTree launchInNamespace(SegmentKey segment, LaunchPlan plan)
      throws LaunchException {
    GateShell shell = supervision.launcher().shell();
    GateShell.Held atGate = shell.hold(plan, GATE, REPORT_READY);
    List<String> command = new ArrayList<>(tool.unshare());
    command.addAll(List.of(shell.path().toString(), "-c", INIT, "procgrid-init"));
    command.add(tool.setsid().toString());
    command.addAll(atGate.command());

    Descriptor.Pipe pipe;
    try {
      pipe = Descriptor.pipe();
    } catch (SystemCallException e) {
      throw new LaunchException("cannot start " + plan.executable() + ": " + e.getMessage(), e);
    }
    NamespaceReport report = new NamespaceReport(pipe.reader());
    Launcher.Held held;
    try {
      held =
          supervision
              .launcher()
              .launch(plan, command, atGate.environment(), List.of(pipe.writer()));
    } catch (LaunchException e) {
      report.close();
      throw e;
    } finally {
      pipe.writer().close();
    }
    return enclose(segment, plan, held, report);
  }

  private ContainedTree enclose(
      SegmentKey segment, LaunchPlan plan, Launcher.Held held, NamespaceReport report)
      throws LaunchException {
    String nonce = segment + "-" + Long.toHexString(random.nextLong());
    List<WatchedProcess> inside = new ArrayList<>();
    try {
      supervision.contain(
          plan,
          held,
          DescentMark.of(nonce),
          () -> inside.addAll(await(held.process(), report, DescentMark.of(nonce))));
    } catch (LaunchException e) {
      report.close();
      throw e;
    }
    WatchedProcess outer = held.process();
    WatchedProcess init = inside.getFirst();
    WatchedProcess leader = inside.getLast();
    NamespacePlace place =
        new NamespacePlace(
            nonce, outer.pid(), outer.startTicks(), leader.pid(), leader.startTicks());
    ProcessRecord record =
        new ProcessRecord(
            NAME,
            init.pid(),
            init.startTicks(),
            supervision.bootId(),
            place.text(),
            clock.millis());
    return new NamespaceTree(supervision, outer, init, leader, record, held.gate(), report);
  }

  /** Waits until the leader is at its gate, and finds init and leader on the host. */
  private List<WatchedProcess> await(WatchedProcess outer, NamespaceReport report, DescentMark mark)
      throws IOException {
    if (!report.awaitReady(READY_TIMEOUT_MILLIS)) {
      throw new IOException(
          String.join(" ", tool.unshare()) + " made no namespace; stderr of the segment says why");
    }
    WatchedProcess init = childOf(outer.pid(), Optional::empty);
    WatchedProcess leader = childOf(init.pid(), report::leaderStatus);
    // They were born before their parent was marked, and have not started anything else yet.
    mark.set(init.pid());
    mark.set(leader.pid());
    supervision.exits().watch(leader);
    return List.of(init, leader);
  }

  private static WatchedProcess childOf(int parent, Supplier<Optional<ExitStatus>> hearsay)
      throws IOException {
    List<Integer> children = ProcessTable.childrenOf(parent);
    if (children.size() != 1) {
      throw new IOException("pid " + parent + " has " + children.size() + " children, not one");
    }
    int pid = children.getFirst();
    long startTicks = ProcessStat.of(pid).map(ProcessStat::startTicks).orElse(0L);
    return WatchedProcess.again(pid, startTicks, hearsay);
  }
}
