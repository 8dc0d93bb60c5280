package io.procgrid.worker.process;

import com.google.common.collect.ImmutableSet;
import com.google.common.util.concurrent.Uninterruptibles;
import io.procgrid.worker.process.linux.DescentMark;
import io.procgrid.worker.process.linux.KernelFile;
import io.procgrid.worker.process.linux.LinuxHost;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.Spawn;
import io.procgrid.worker.process.linux.SubReaper;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the containments of Linux share: launcher, watchers, and the chores in the background. */
final class Supervision implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Supervision.class);
  private static final int LAUNCH_THREADS = 4;
  private static final Duration REAP_INTERVAL = Duration.ofSeconds(1);
  private static final long FIRST_REMOVAL_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LONGEST_REMOVAL_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final String hostName;
  private final String bootId;
  private final Duration blockedAfter;
  private final Launcher launcher;
  private final Descendants descendants = new Descendants();
  private final ExecutorService callbacks = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService chores = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService launches =
      Executors.newFixedThreadPool(
          LAUNCH_THREADS, Thread.ofPlatform().name("launch-", 0).daemon().factory());
  private final ExitWatcher exits;
  private final ImmutableSet<Ground> earlierGrounds;

  /**
   * Makes this process the sub-reaper of its descendants and begins to watch.
   *
   * @param identity of the worker
   * @param hostName a label, for messages
   * @param blockedAfter how long a kill goes without proof before it says why
   * @param earlierGrounds where this worker may have put processes before, since the boot
   * @throws IOException this host lacks something that Linux has
   */
  Supervision(String identity, String hostName, Duration blockedAfter, Set<Ground> earlierGrounds)
      throws IOException {
    this.hostName = hostName;
    this.blockedAfter = blockedAfter;
    this.earlierGrounds = ImmutableSet.copyOf(earlierGrounds);
    DescentMark.requireRoom();
    bootId = LinuxHost.bootId();
    launcher = new Launcher(GateShell.probe(), Keepers.probe(identity));
    Spawn.keepExitStatuses();
    SubReaper.become();
    exits = new ExitWatcher(callbacks);
    chores.execute(this::reapOrphans);
  }

  String bootId() {
    return bootId;
  }

  Duration blockedAfter() {
    return blockedAfter;
  }

  Launcher launcher() {
    return launcher;
  }

  Descendants descendants() {
    return descendants;
  }

  ExitWatcher exits() {
    return exits;
  }

  /** Looks for leaves on the grounds used before, and on this one. */
  LeafSearch leaves(Ground current) {
    return new LeafSearch(
        this, ImmutableSet.<Ground>builder().addAll(earlierGrounds).add(current).build());
  }

  /** A launch from beginning to end. */
  interface Launch {
    MarkedTree run() throws LaunchException;
  }

  /**
   * Launches on a thread of the launches. To enter a cgroup may take the kernel 30 ms, and a native
   * call keeps the carrier of a virtual thread: kills must not wait for that.
   */
  ContainedTree launch(LaunchPlan plan, Launch launch) throws LaunchException {
    new LaunchCheck(plan).run();
    Future<MarkedTree> tree;
    try {
      tree =
          launches.submit(() -> {
            MarkedTree launched = launch.run();
            launched.keep();
            return launched;
          });
    } catch (RejectedExecutionException e) {
      throw new LaunchException("cannot start " + plan.executable() + ": the worker stops", e);
    }
    try {
      // A launch that has begun is seen through: giving up here would lose the process.
      return Objects.requireNonNull(Uninterruptibles.getUninterruptibly(tree));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LaunchException refusal) {
        throw refusal;
      }
      throw new IllegalStateException("a launch failed in a way it never should", e);
    }
  }

  /** A step between the birth of a held process and its release. */
  interface Step {
    void run() throws IOException;
  }

  /**
   * Marks a held process, takes the step, and watches for its exit.
   *
   * @throws LaunchException one of it failed; the process is gone
   */
  void contain(LaunchPlan plan, Launcher.Held held, DescentMark mark, Step step)
      throws LaunchException {
    try {
      descendants.register(mark, held.process());
      mark.set(held.process().pid());
      step.run();
      exits.watch(held.process());
    } catch (IOException e) {
      held.abandon();
      descendants.unregister(mark);
      throw new LaunchException(
          "cannot start "
              + plan.executable()
              + ": its process could not be contained: "
              + e.getMessage(),
          e);
    }
  }

  /** A chore that may be given up when the worker ends. */
  interface Chore {
    void run() throws InterruptedException;
  }

  /** Does a chore on a thread of its own; not any more once this is closed. */
  void inBackground(Chore chore) {
    try {
      chores.execute(() -> {
        try {
          chore.run();
        } catch (InterruptedException e) {
          log.debug("a chore is given up: the containment was closed");
        }
      });
    } catch (RejectedExecutionException e) {
      log.debug("a chore is not begun: the containment was closed");
    }
  }

  /** Ends what earlier processes of this worker left to keep statuses that nobody will ask for. */
  void sweepKeepers(Set<ProcessRecord> claimed) {
    try {
      endKeepers(launcher.keepers().left(claimed));
    } catch (SystemCallException e) {
      log.warn("keepers that earlier workers left are not all ended: {}", e.getMessage());
    }
  }

  /** Ends keepers whose worker is gone, each as soon as what it keeps is dead. */
  void endKeepers(List<LeftKeeper> keepers) {
    for (LeftKeeper keeper : keepers) {
      log.info("ending keeper pid {}, which an earlier worker left", keeper.pid());
      removeWhenReady("keeper pid " + keeper.pid() + " of an earlier worker", keeper::end);
    }
  }

  /** What is known of a process that does not die, for the one who waits. */
  String obstacle(int pid) {
    StringBuilder text = new StringBuilder("host " + hostName + ", pid " + pid);
    ProcessStat.of(pid)
        .ifPresent(stat ->
            text.append(" (").append(stat.command()).append("), state ").append(stat.state()));
    String channel = readIfThere("/proc/" + pid + "/wchan").trim();
    if (!channel.isEmpty() && !channel.equals("0")) {
      text.append(", waits in ").append(channel);
    }
    readIfThere("/proc/" + pid + "/cgroup")
        .lines()
        .filter(line -> line.contains(":freezer:") && !line.endsWith(":/"))
        .findFirst()
        .ifPresent(line ->
            text.append(", freezer cgroup ").append(line.substring(line.lastIndexOf(':') + 1)));
    return text.toString();
  }

  /** Tries a removal until it succeeds, in the background when it does not at once. */
  void removeWhenReady(String what, BooleanSupplier removal) {
    if (!removal.getAsBoolean() && !chores.isShutdown()) {
      chores.execute(() -> removeInTime(what, removal));
    }
  }

  private static void removeInTime(String what, BooleanSupplier removal) {
    Backoff backoff = new Backoff(FIRST_REMOVAL_PAUSE_NANOS, LONGEST_REMOVAL_PAUSE_NANOS);
    long start = System.nanoTime();
    boolean told = false;
    try {
      do {
        backoff.pause();
        if (!told && System.nanoTime() - start > LONGEST_REMOVAL_PAUSE_NANOS) {
          told = true;
          log.warn("{} cannot be removed yet; it is tried again and again", what);
        }
      } while (!removal.getAsBoolean());
    } catch (InterruptedException e) {
      log.info("{} stays: the worker ends before it could be removed", what);
    }
  }

  private void reapOrphans() {
    try {
      while (true) {
        Thread.sleep(REAP_INTERVAL);
        try {
          descendants.reapOrphans();
        } catch (SystemCallException e) {
          log.warn("orphans were not reaped this time: {}", e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      log.debug("orphans are not reaped any more: the containment was closed");
    }
  }

  private static String readIfThere(String path) {
    try {
      return KernelFile.read(path);
    } catch (SystemCallException e) {
      return "";
    }
  }

  @Override
  public void close() {
    launches.shutdown();
    chores.shutdownNow();
    exits.close();
    callbacks.shutdown();
  }
}
