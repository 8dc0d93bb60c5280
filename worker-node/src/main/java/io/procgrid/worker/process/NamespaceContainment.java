package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A pid namespace for each segment, with a user namespace around it where the worker is not root.
 * The user's program sees pids of the namespace; /proc still shows those of the host.
 */
final class NamespaceContainment extends SupervisedContainment {
  static final String NAME = "namespace";

  /**
   * What pid 1 does: wait for the leader's keeper, then stay until it is alone. Whatever is
   * orphaned meanwhile is reaped by the shell's own waiting.
   */
  private static final String INIT =
      "exec 2>/dev/null; \"$@\"; exec </dev/null 3>&-; while kill -0 -1; do sleep 0.1; done";

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

  private MarkedTree launchInNamespace(SegmentKey segment, LaunchPlan plan) throws LaunchException {
    Launcher launcher = supervision.launcher();
    GateShell shell = launcher.shell();
    List<String> command = new ArrayList<>(tool.unshare());
    command.addAll(List.of(shell.path().toString(), "-c", INIT, "procgrid-init"));
    command.addAll(launcher.keepers().command());
    command.addAll(shell.command());
    Launcher.Started started = launcher.start(plan, command, plan.stderr());
    try (ReadyReport report = started.report()) {
      return enclose(segment, plan, started, report);
    }
  }

  private MarkedTree enclose(
      SegmentKey segment, LaunchPlan plan, Launcher.Started started, ReadyReport report)
      throws LaunchException {
    String nonce = segment + "-" + Long.toHexString(random.nextLong());
    DescentMark mark = DescentMark.of(nonce);
    List<WatchedProcess> inside = new ArrayList<>();
    Launcher.Held held = hold(plan, started);
    supervision.contain(plan, held, mark, () -> inside.addAll(await(held.process(), report, mark)));
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
    return new NamespaceTree(supervision, outer, init, leader, record, held.gate());
  }

  private static Launcher.Held hold(LaunchPlan plan, Launcher.Started started)
      throws LaunchException {
    try {
      return new Launcher.Held(started.pid(), WatchedProcess.child(started.pid()), started.gate());
    } catch (SystemCallException e) {
      started.gate().close();
      throw new LaunchException("cannot start " + plan.executable() + ": " + e.getMessage(), e);
    }
  }

  /** Waits until the leader is at its gate, and finds init and leader on the host. */
  private List<WatchedProcess> await(WatchedProcess outer, ReadyReport report, DescentMark mark)
      throws IOException {
    if (!report.await()) {
      throw new IOException(
          String.join(" ", tool.unshare()) + " made no namespace; stderr of the segment says why");
    }
    WatchedProcess init = WatchedProcess.kept(Launcher.onlyChildOf(outer.pid()), Keeper.absent());
    int keeper = Launcher.onlyChildOf(init.pid());
    int leaderPid = Launcher.onlyChildOf(keeper);
    // They were born before their parent was marked, and have not started anything else yet.
    mark.set(init.pid());
    mark.set(leaderPid);
    // It carries the mark of all keepers: when this worker dies before the record is durable,
    // nothing else leads the next one to the namespace, whose init waits for it.
    WatchedProcess leader =
        WatchedProcess.kept(leaderPid, supervision.launcher().keepers().mark(keeper));
    supervision.exits().watch(leader);
    return List.of(init, leader);
  }
}
