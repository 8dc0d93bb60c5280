package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * The JDK alone: a tree is what {@link ProcessHandle} calls descendants. Best effort, for
 * development off Linux: who was orphaned between two looks is not found, and a signal reads as the
 * exit code 128 + n.
 */
final class PortableContainment implements Containment {
  static final String NAME = "portable";

  private static final Duration RECORD_INTERVAL = Duration.ofMillis(100);

  private final GateShell shell;
  private final SignalShell signals;
  private final String hostName;
  private final Duration blockedAfter;
  private final Predicate<ProcessHandle> alive;
  private final InstantSource clock;
  private final ExecutorService recorders = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * A containment.
   *
   * @param alive tells the living from the dead: the JDK's own word counts a zombie as alive
   */
  PortableContainment(
      GateShell shell,
      String hostName,
      Duration blockedAfter,
      Predicate<ProcessHandle> alive,
      InstantSource clock) {
    this.shell = shell;
    this.signals = new SignalShell(shell.path());
    this.hostName = hostName;
    this.blockedAfter = blockedAfter;
    this.alive = alive;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean bestEffort() {
    return true;
  }

  @Override
  public ContainedTree launch(SegmentKey segment, LaunchPlan plan) throws LaunchException {
    new LaunchCheck(plan).run();
    String opening = shell.opening(plan);
    ProcessBuilder builder =
        new ProcessBuilder(shell.command())
            .directory(plan.directory().toFile())
            .redirectOutput(ProcessBuilder.Redirect.appendTo(plan.stdout().toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(plan.stderr().toFile()));
    builder.environment().clear();
    Process process;
    try (ForkGuard.Hold _ = ForkGuard.forking()) {
      process = builder.start();
    } catch (IOException e) {
      throw new LaunchException("cannot start " + plan.executable() + ": " + e.getMessage(), e);
    }
    ProcessRecord record =
        new ProcessRecord(NAME, process.pid(), 0, "", startOf(process.toHandle()), clock.millis());
    CompletableFuture<ExitStatus> exit =
        process.onExit().thenApply(over -> new ExitStatus.Exited(over.exitValue()));
    PortableTree tree =
        new PortableTree(
            record,
            blockedAfter,
            hostName,
            alive,
            signals,
            process.toHandle(),
            exit,
            process.outputWriter(StandardCharsets.UTF_8),
            opening);
    recorders.execute(() -> record(tree));
    return tree;
  }

  @Override
  public ContainedTree adopt(SegmentKey segment, ProcessRecord record) {
    Optional<ProcessHandle> leader =
        ProcessHandle.of(record.pid()).filter(handle -> startOf(handle).equals(record.place()));
    ExitStatus lost =
        new ExitStatus.Lost("exit status unknown: the worker that started it is gone");
    CompletableFuture<ExitStatus> exit =
        leader
            .map(handle -> handle.onExit().thenApply(over -> lost))
            .orElseGet(() -> CompletableFuture.completedFuture(lost));
    return new PortableTree(
        record, blockedAfter, hostName, alive, signals, leader.orElse(null), exit, null, "");
  }

  /** Keeps track of the descendants: once their parents are gone, nothing leads to them. */
  private static void record(PortableTree tree) {
    try {
      while (!tree.leaderExit().isDone()) {
        tree.look();
        Thread.sleep(RECORD_INTERVAL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Start time as the JDK tells it; empty where it does not. */
  private static String startOf(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toString).orElse("");
  }

  @Override
  public void close() {
    recorders.shutdownNow();
  }
}
