package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.SystemCallException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class KeeperTest {
  private final String identity = "keeper-" + HostProcesses.uniqueWord();
  @TempDir Path folder;
  private Supervision supervision;

  @BeforeEach
  void open() throws Exception {
    supervision = new Supervision(identity, "testhost", Duration.ofSeconds(1), Set.of());
  }

  @AfterEach
  void close() throws Exception {
    await().until(() -> Keepers.sweepAfter(identity));
    supervision.close();
  }

  private Launcher.Held launch(String script) throws LaunchException {
    return supervision.launcher().launch(ContainmentContract.shellPlan(folder, script));
  }

  /** Lets it go on, as a worker does, and returns when it is over. */
  private static void run(Launcher.Held held) {
    held.process().keep();
    held.gate().open(held.process());
    await().until(held.process()::isDead);
  }

  private ExitStatus adopted(WatchedProcess process) throws Exception {
    WatchedProcess again =
        WatchedProcess.again(
            process.pid(), process.startTicks(), supervision.launcher().keepers()::find);
    supervision.exits().watch(again);
    return again.exit().get(20, TimeUnit.SECONDS);
  }

  private ProcessRecord recordOf(WatchedProcess process) {
    return new ProcessRecord(
        SessionContainment.NAME,
        process.pid(),
        process.startTicks(),
        supervision.bootId(),
        "place",
        0);
  }

  @Test
  void programThatNeverBeganIsNotTakenForOneThatSucceeded() throws Exception {
    Launcher.Held held = launch("exit 0");
    // What a worker leaves that dies between the two steps of a release.
    held.process().keep();
    held.gate().close();
    await().until(held.process()::isDead);
    assertThat(adopted(held.process()))
        .isInstanceOfSatisfying(
            ExitStatus.Lost.class, lost -> assertThat(lost.reason()).contains("never began"));
  }

  @Test
  void programThatCouldNotBeExecutedTellsSo() throws Exception {
    Launcher.Held held =
        supervision
            .launcher()
            .launch(
                new LaunchPlan(
                    folder.resolve("missing"),
                    List.of(),
                    Map.of(),
                    folder,
                    folder.resolve("stdout"),
                    folder.resolve("stderr")));
    run(held);
    assertThat(adopted(held.process())).isEqualTo(new ExitStatus.Exited(127));
    assertThat(folder.resolve("stderr")).content().contains("missing");
  }

  @Test
  void keeperIsStoppedBeforeItsLeaderBegins() throws Exception {
    Launcher.Held held = launch("ps -o stat= -p $PPID");
    run(held);
    assertThat(folder.resolve("stdout")).content().startsWith("T");
    assertThat(adopted(held.process())).isEqualTo(new ExitStatus.Exited(0));
  }

  @Test
  void argumentsOfAnySizePassTheGate() throws Exception {
    String large = "x'\n".repeat(40_000);
    Launcher.Held held =
        supervision
            .launcher()
            .launch(
                new LaunchPlan(
                    Path.of("/usr/bin/printf"),
                    List.of("%s%s%s", large, large, large),
                    Map.of("LARGE", large),
                    folder,
                    folder.resolve("stdout"),
                    folder.resolve("stderr")));
    run(held);
    assertThat(folder.resolve("stdout")).hasContent(large + large + large);
  }

  @Test
  void gateOfADeadProcessHoldsNobodyUp() throws Exception {
    Launcher.Held held = launch(": " + "x".repeat(120_000));
    held.process().keep();
    held.process().kill();
    await().until(held.process()::isDead);
    held.gate().open(held.process());
    assertThat(adopted(held.process())).isEqualTo(new ExitStatus.Signalled(9));
  }

  @Test
  void abandonedLaunchLeavesNothing() throws Exception {
    Launcher.Held held = launch("exit 0");
    held.abandon();
    assertThat(ProcessStat.of(held.child())).isEmpty();
    assertThat(ProcessStat.of(held.process().pid())).isEmpty();
  }

  @Test
  void keeperThatItsWorkerDidNotLiveToMarkEndsWithItsLeader() throws Exception {
    Launcher launcher = supervision.launcher();
    List<String> command = new ArrayList<>(launcher.keepers().command());
    command.addAll(launcher.shell().command());
    Launcher.Started started =
        launcher.start(
            ContainmentContract.shellPlan(folder, "touch ran"), command, Path.of("/dev/null"));
    try (ReadyReport report = started.report()) {
      assertThat(report.await()).isTrue();
    }
    int leader = Launcher.onlyChildOf(started.pid());

    started.gate().close(); // As the kernel does for a worker that is gone.

    await().until(() -> isOver(leader) && isOver(started.pid()));
    Pidfd.awaitChild(started.pid());
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void keeperThatItsWorkerDidNotLiveToStopEndsWithItsLeader() throws Exception {
    Launcher.Held held = launch("touch ran");

    held.gate().close();

    await().until(() -> isOver(held.process().pid()) && isOver(held.child()));
    held.abandon();
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void keeperThatKeepsNothingAnyMoreIsSwept() throws Exception {
    Launcher.Held running = launch("exec sleep 1000");
    running.process().keep();
    running.gate().open(running.process());
    Launcher.Held claimed = launch("exit 4");
    run(claimed);
    Launcher.Held left = launch("exit 5");
    run(left);

    supervision.sweepKeepers(Set.of(recordOf(claimed.process())));

    await().until(() -> isOver(left.child()));
    assertThat(isOver(claimed.child())).isFalse();
    assertThat(isOver(running.child())).isFalse();
    assertThat(adopted(claimed.process())).isEqualTo(new ExitStatus.Exited(4));

    running.process().kill();
    for (Launcher.Held each : List.of(running, claimed, left)) {
      await().until(each.process()::isDead);
      each.process().finish();
      await().until(each.process()::letGo);
    }
  }

  private static boolean isOver(int pid) throws SystemCallException {
    return ProcessStat.isDead(pid);
  }

  @Test
  void zombieFallsToThisProcessAndIsReapedOnceItsKeeperIsDismissed() throws Exception {
    Launcher.Held held = launch("exit 8");
    run(held);
    assertThat(held.process().letGo()).as("before its status is known").isFalse();
    held.process().finish();
    assertThat(held.process().exit()).isCompletedWithValue(new ExitStatus.Exited(8));
    await().until(held.process()::letGo);
    assertThat(ProcessStat.of(held.process().pid())).isEmpty();
    assertThat(ProcessStat.of(held.child())).isEmpty();
  }
}
