package io.procgrid.it.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.LivePids;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.RunState;
import io.procgrid.it.Signals;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import io.procgrid.it.Zombies;
import io.procgrid.it.torture.Torture;
import io.procgrid.it.torture.TortureCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The whole tree dies and nothing else does (K1, K2, K5). */
@ExtendWith(ClusterExtension.class)
class KillTreeIT {
  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;

  @BeforeEach
  void client(TestCluster shared) {
    cluster = shared;
    procs = shared.procs();
  }

  private void assertKilledWith(String run, Set<Long> pids) {
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("killed");
  }

  @TortureCase(number = 3, report = "supervisor#1101")
  @Test
  void fiftyProcessesThatDetachedInEveryWayAreAllDeadWhenTheAnswerComes() {
    String run =
        procs.run(
            ProcDraft.shell(
                """
                trap '' TERM HUP INT QUIT
                i=0
                while [ $i -lt 49 ]; do
                  ( ( env -i setsid sh -c "trap '' TERM; exec sleep %1$s" & ) & )
                  i=$((i+1))
                done
                exec sleep %1$s\
                """
                    .formatted(marker)));
    assertKilledWith(run, TestCluster.awaitLive(marker, 50));
  }

  @Test
  void treeOfADistributedRunDiesOnEveryWorker() {
    String run =
        procs.run(
            ProcDraft.shell("setsid sleep %1$s & sleep %1$s & exec sleep %1$s".formatted(marker))
                .distributed());
    assertKilledWith(run, TestCluster.awaitLive(marker, 6));
  }

  /** As npm starts node, and as cron starts its jobs. */
  @TortureCase(number = 3, report = "supervisor#1101")
  @Test
  void chainsOfProgramsAndGrandchildrenWithSessionsOfTheirOwnDie() {
    String run =
        procs.run(
            ProcDraft.shell(
                """
                printf '%%s\\n' '#!/bin/sh' 'sh ./server.sh "$@"; true' >npm
                printf '%%s\\n' 'sleep "$1" & sleep "$1"; true' >server.sh
                chmod +x npm
                for job in 1 2; do (setsid sh -c 'sleep %1$s; true' &) done
                ./npm %1$s; true\
                """
                    .formatted(marker)));
    assertKilledWith(run, TestCluster.awaitLive(marker, 4));
  }

  @TortureCase(number = 3, report = "nomad#1110")
  @Test
  void shellsWithinShellsDieWithTheirChildren() {
    String run =
        procs.run(
            ProcDraft.command(
                "sh", "-c", "sh -c 'sleep %1$s; true' & sleep %1$s; true".formatted(marker)));
    assertKilledWith(run, TestCluster.awaitLive(marker, 2));
  }

  @TortureCase(number = 8, report = "JENKINS-28182")
  @Test
  void childThatClearedOrRewroteItsEnvironmentDies() {
    String run =
        procs.run(
            ProcDraft.shell(
                """
                env -i sleep %1$s &
                env PROCGRID_RUN_ID=4711 PROCGRID_PROC_NAME=other setsid sleep %1$s &
                exec sleep %1$s\
                """
                    .formatted(marker)));
    assertKilledWith(run, TestCluster.awaitLive(marker, 3));
  }

  @TortureCase(number = 13, report = "containerd#1111")
  @Test
  void stoppedTreeDies() {
    String run =
        procs.run(ProcDraft.shell("setsid sleep %1$s & exec sleep %1$s".formatted(marker)));
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    pids.forEach(pid -> Signals.send("STOP", pid));
    for (long pid : pids) {
      Waiting.until(() -> LivePids.threadStates(pid), "T"::equals);
    }
    assertKilledWith(run, pids);
  }

  @TortureCase(number = 4, report = "ray#31274")
  @Test
  void answerWaitsForTheChildThatTakesItsTimeWhenItsParentDiesAtOnce() {
    String run =
        procs.run(
            ProcDraft.shell(
                """
                setsid sh -c 'trap "sleep %1$s" TERM HUP INT; while :; do sleep 0.05; done' &
                exec sleep %1$s\
                """
                    .formatted(marker)));
    long leader = TestCluster.awaitLive(marker, 1).iterator().next();
    long child = ProcessHandle.of(leader).orElseThrow().children().findFirst().orElseThrow().pid();
    // Before its first child it may not have set its trap.
    ProcessHandle shell = ProcessHandle.of(child).orElseThrow();
    Waiting.until(() -> shell.children().findAny().isPresent());
    Signals.send("TERM", child);
    assertKilledWith(run, TestCluster.awaitLive(marker, 2));
    assertThat(LivePids.isAlive(child)).isFalse();
  }

  @TortureCase(number = 4, report = "ray#31274")
  @Test
  void answerWaitsForTheChildThatIgnoresSignalsWhenItsParentIsGone() {
    String run =
        procs.run(
            ProcDraft.shell(
                    "(trap '' TERM HUP; exec setsid sleep %1$s) & sleep 0.1; exit 0"
                        .formatted(marker))
                .option("wait_for_tree", "true"));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    assertKilledWith(run, pids);
  }

  /** Each process starts the next and ends. */
  @TortureCase(number = 16, report = "nomad#14371")
  @Test
  void treeThatKeepsForkingDies() {
    String run =
        procs.run(
            ProcDraft.shell(
                """
                cat >fork.sh <<'E'
                sleep 0.01
                setsid sh ./fork.sh %1$s &
                E
                for i in 1 2 3 4; do sh ./fork.sh %1$s & done
                exec sleep %1$s\
                """
                    .formatted(marker)));
    Waiting.until(() -> LivePids.withArgument(marker).size() > 2);
    assertThat(procs.kill(run).runIds()).containsExactly(run);
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  /** It reads as a zombie, yet its other threads run. */
  @TortureCase(number = 31)
  @Test
  void processWhoseFirstThreadHasExitedDies() throws IOException {
    Assumptions.assumeTrue(
        System.getProperty("os.arch").equals("amd64"), "the number of exit(2) is x86-64's");
    Path file = cluster.scratch().resolve(marker);
    String run =
        procs.run(
            ProcDraft.shell(
                    "python3 first_exits.py %1$s || echo unable >%1$s; exec sleep %2$s"
                        .formatted(file, marker))
                .file(
                    "first_exits.py",
                    """
                    import ctypes, os, sys, threading, time
                    threading.Thread(target=lambda: time.sleep(86400)).start()
                    with open(sys.argv[1], "w") as f:
                        f.write(str(os.getpid()) + "\\n")
                    ctypes.CDLL(None).syscall(60, 0)
                    """));
    Waiting.until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
    String pid = Files.readString(file).strip();
    Assumptions.assumeFalse(pid.equals("unable"), "there is no python3 with ctypes");
    Waiting.until(() -> LivePids.threadStates(Long.parseLong(pid)).contains("Z"));
    assertThat(LivePids.isAlive(Long.parseLong(pid))).isTrue();

    assertThat(procs.kill(run).runIds()).containsExactly(run);

    assertThat(LivePids.isAlive(Long.parseLong(pid))).isFalse();
  }

  @TortureCase(number = 26, report = "runc#4047")
  @Test
  void grandchildThatOutlivesItsLeaderIsEndedWithItAndTheLeadersResultStands() {
    String run =
        procs.run(ProcDraft.shell("setsid sleep %s & echo started; exit 5".formatted(marker)));
    RunState state = procs.awaitOver(run);
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(state.overall()).isEqualTo("error");
    assertThat(state.message()).contains("exit status 5").contains("left behind");
  }

  @Test
  void leaderThatSucceedsWithAGrandchildLeftIsComplete() {
    RunState state = procs.awaitOver(procs.run(ProcDraft.shell("setsid sleep " + marker + " &")));
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(state.overall()).isEqualTo("complete");
  }

  @TortureCase(number = 26, report = "runc#4047")
  @Test
  void runWithWaitForTreeIsRunningWhileAGrandchildLives(TestCluster shared) throws IOException {
    Path go = shared.scratch().resolve(marker);
    String run =
        procs.run(
            ProcDraft.shell(
                    "setsid sh -c 'while ! [ -e %s ]; do sleep 0.02; done' & exit 0".formatted(go))
                .option("wait_for_tree", "true"));
    assertThat(procs.status(run, "wait_ms", "300").overall()).isEqualTo("running");
    Files.createFile(go);
    assertThat(procs.awaitOver(run).overall()).isEqualTo("complete");
  }

  @TortureCase(number = 5, report = "ray#6134")
  @Test
  void decoyWithTheSameCommandLineLivesOn() throws IOException {
    Process decoy = new ProcessBuilder("sleep", marker).start();
    try {
      String run = procs.run(ProcDraft.command("sleep", marker));
      Set<Long> pids = new HashSet<>(TestCluster.awaitLive(marker, 2));
      pids.remove(decoy.pid());
      procs.kill(run);
      assertThat(LivePids.among(pids)).isEmpty();
      assertThat(LivePids.isAlive(decoy.pid())).isTrue();
    } finally {
      decoy.destroyForcibly();
    }
  }

  @TortureCase(number = 39)
  @Test
  void processThatCopiedTheEnvironmentOfTheRunLivesOn() throws IOException {
    Path environment = cluster.scratch().resolve(marker);
    String run =
        procs.run(ProcDraft.shell("env >%s; exec sleep %s".formatted(environment, marker)));
    Set<Long> pids = TestCluster.awaitLive(marker, 1);
    ProcessBuilder builder = new ProcessBuilder("sleep", marker);
    builder.environment().clear();
    for (String line : Files.readAllLines(environment)) {
      List<String> parts = List.of(line.split("=", 2));
      builder.environment().put(parts.getFirst(), parts.getLast());
    }
    Process copy = builder.start();
    try {
      assertThat(procs.kill(run).runIds()).containsExactly(run);
      assertThat(LivePids.among(pids)).isEmpty();
      assertThat(LivePids.isAlive(copy.pid())).isTrue();
    } finally {
      copy.destroyForcibly();
    }
  }

  @Test
  void siblingRunsOfTheSameProcLiveOn() {
    String name = procs.create(ProcDraft.command("sleep", marker));
    String first = procs.execute(name);
    Set<Long> victims = TestCluster.awaitLive(marker, 1);
    procs.execute(name);
    Set<Long> both = new HashSet<>(TestCluster.awaitLive(marker, 2));
    procs.kill(first);
    both.removeAll(victims);
    assertThat(LivePids.withArgument(marker)).isEqualTo(both);
  }

  @TortureCase(
      number = 6,
      report = {"ray#54237", "ray#62591"})
  @Test
  void noZombieOfARunIsLeftBehind() {
    String name = procs.create(ProcDraft.shell("sleep 0 & exit 0"));
    List<String> runs =
        IntStream.range(0, Torture.times(40, 1_000)).mapToObj(i -> procs.execute(name)).toList();
    runs.forEach(procs::awaitOver);
    for (int number = 1; number <= 2; number++) {
      long worker = cluster.worker(number).pid();
      Waiting.until(() -> Zombies.below(worker) == 0);
    }
  }
}
