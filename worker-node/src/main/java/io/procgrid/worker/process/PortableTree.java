package io.procgrid.worker.process;

import io.procgrid.common.run.ExitStatus;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A tree as far as the JDK knows it. Descendants that were seen once stay members. */
final class PortableTree extends SupervisedTree {
  private final String hostName;
  private final Predicate<ProcessHandle> alive;
  private final SignalShell signals;
  private final CompletableFuture<ExitStatus> exit;
  private final @Nullable Writer gate;
  private final String opening;
  private final Set<ProcessHandle> known = new HashSet<>();

  /**
   * A tree; leader is null when it is gone, gate when an earlier worker launched it.
   *
   * @param opening what opens the gate
   */
  PortableTree(
      ProcessRecord record,
      Duration blockedAfter,
      String hostName,
      Predicate<ProcessHandle> alive,
      SignalShell signals,
      @Nullable ProcessHandle leader,
      CompletableFuture<ExitStatus> exit,
      @Nullable Writer gate,
      String opening) {
    super(record, blockedAfter);
    this.hostName = hostName;
    this.alive = alive;
    this.signals = signals;
    this.exit = exit;
    this.gate = gate;
    this.opening = opening;
    if (leader != null) {
      known.add(leader);
    }
  }

  @Override
  public synchronized void release() {
    if (gate == null) {
      return;
    }
    try (gate) {
      gate.write(opening);
    } catch (IOException e) {
      // Released before, or a kill came first. The exit tells the rest.
    }
  }

  @Override
  public CompletableFuture<ExitStatus> leaderExit() {
    return exit;
  }

  @Override
  synchronized Sighting look() {
    for (ProcessHandle member : Set.copyOf(known)) {
      member.descendants().forEach(known::add);
    }
    known.removeIf(alive.negate());
    Set<Integer> live = new LinkedHashSet<>();
    known.forEach(member -> live.add((int) member.pid()));
    return new Sighting(live.isEmpty() && exit.isDone(), live);
  }

  @Override
  synchronized void strike(Set<Integer> live, boolean each) {
    // A handle compares start times before it signals: a pid that is used again is spared.
    known.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public boolean signal(int signal) throws InterruptedException {
    List<ProcessHandle> members = members();
    if (members.isEmpty()) {
      return false;
    }
    List<Long> pids = members.stream().map(ProcessHandle::pid).toList();
    boolean reached = false;
    if (SignalShell.knows(signal)) {
      reached = signals.send(signal, pids);
    } else {
      for (ProcessHandle member : members) {
        reached |= member.destroy();
      }
    }
    signals.send(SignalShell.SIGCONT, pids);
    return reached;
  }

  /** Those alive now. Nothing is held while they are told: a kill need not wait for that. */
  private synchronized List<ProcessHandle> members() {
    look();
    return List.copyOf(known);
  }

  @Override
  boolean awaitEffect() {
    return false;
  }

  @Override
  String obstacle(int pid) {
    return "host " + hostName + ", pid " + pid;
  }

  @Override
  void settle() {}

  @Override
  public synchronized void dispose() {
    if (gate == null) {
      return;
    }
    try {
      gate.close();
    } catch (IOException e) {
      // The reader is gone, which is all that closing is for.
    }
  }
}
