package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds besides where there are pidfds and descent marks. */
abstract class ContainmentContractOfLinux extends RestartContractOfLinux {
  private static final int SIGSTOP = 19;
  private static final Path PYTHON = Path.of("/usr/bin/python3");

  @ParameterizedTest
  @ValueSource(ints = {2, 6, 9, 11, 13, 15})
  void signalIsExact(int signal) throws Exception {
    assertThat(exitOf(start("kill -" + signal + " $$")))
        .isEqualTo(new ExitStatus.Signalled(signal));
  }

  @Test
  void killedLeaderEndsByTheKillsSignal() throws Exception {
    ContainedTree tree = start("exec sleep 1000");
    tree.kill(reason -> {});
    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Signalled(9));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(setsid sh -c 'sleep WORD & :' &) ; exit 0",
        "env -i setsid sh -c 'setsid sh -c \"sleep WORD & :\" & :' & sleep 0.2; exit 0",
        "env -i /usr/bin/setsid /bin/sleep WORD & exit 0",
      })
  void whoClearedEnvironmentAndSessionDiesAfterAllItsParents(String script) throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree = start(script.replace("WORD", word));
    exitOf(tree);
    awaitSleeping(word, 1);
    TreeDeath death = tree.kill(reason -> {});
    assertThat(HostProcesses.sleeping(word)).isEmpty();
    assertThat(death.liveMemberSeen()).isTrue();
  }

  @Test
  void signalReachesEveryMemberOnceAndNobodyElse() throws Exception {
    Files.writeString(
        folder.resolve("member.sh"),
        """
        trap "echo told $1" TERM
        echo ready
        while :; do sleep 0.05; done
        """);
    ContainedTree tree =
        start(
            "sh member.sh 1 & setsid env -i /bin/sh member.sh 2 & (sh member.sh 3 &); "
                + "exec sh member.sh 4");
    ContainedTree bystander = start("exec sh member.sh bystander");
    await().until(() -> stdout().lines().filter("ready"::equals).count() == 5);

    assertThat(tree.signal(15)).isTrue();

    await().until(() -> told().size() >= 4);
    assertThat(told()).containsExactlyInAnyOrder("told 1", "told 2", "told 3", "told 4");
    assertThat(tree.leaderExit()).isNotDone();
    assertThat(bystander.leaderExit()).isNotDone();
  }

  private List<String> told() throws IOException {
    return stdout().lines().filter(line -> line.startsWith("told")).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 15}) // Not 2: a shell has what it starts in the background ignore it.
  void signalWakesTheStoppedToDieOfIt(int signal) throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree = start("setsid sleep " + word + " & exec sleep " + word);
    awaitSleeping(word, 2);
    for (int pid : HostProcesses.sleeping(word)) {
      try (Pidfd process = Pidfd.open(pid)) {
        process.signal(SIGSTOP);
      }
    }

    assertThat(tree.signal(signal)).isTrue();

    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Signalled(signal));
    await().until(() -> HostProcesses.sleeping(word).isEmpty());
  }

  @Test
  void signalReachesNobodyInATreeThatIsOver() throws Exception {
    ContainedTree tree = start("exit 0");
    exitOf(tree);
    tree.awaitEmpty();

    assertThat(tree.signal(15)).isFalse();
  }

  @Test
  void treeThatHeedsTheSignalIsEmptyAndKeepsItsStatus() throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree = start("trap 'sleep 0.2; exit 3' TERM; sleep " + word + " & wait");
    awaitSleeping(word, 1);

    assertThat(tree.signal(15)).isTrue();

    tree.awaitEmpty();
    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(3));
    assertThat(HostProcesses.sleeping(word)).isEmpty();
  }

  @Test
  void manyRunsLeaveNoZombie() throws Exception {
    List<Integer> before = HostProcesses.zombieChildren();
    for (int i = 0; i < 30; i++) {
      ContainedTree tree = start("(sh -c ':' &); (setsid sleep 0.01 &); exit " + i);
      assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(i));
      tree.awaitEmpty();
      tree.dispose();
    }
    await().until(() -> before.containsAll(HostProcesses.zombieChildren()));
  }

  @Test
  void treeOutlivesItsLeaderUntilItIsEmpty() throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree =
        start("mkfifo go; (read line <go; : " + word + ") & sleep " + word + " & exit 5");
    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(5));
    awaitSleeping(word, 1);
    Thread waiter = Thread.startVirtualThread(() -> awaitEmpty(tree));
    assertThat(waiter.join(Duration.ofMillis(100))).isFalse();

    TreeDeath death = tree.kill(reason -> {});
    assertThat(death.membersSeen()).isGreaterThanOrEqualTo(2);
    assertThat(HostProcesses.sleeping(word)).isEmpty();
    assertThat(waiter.join(Duration.ofSeconds(20))).isTrue();
    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(5));
  }

  @Test
  void awaitEmptyKillsNobody() throws Exception {
    ContainedTree tree = start("(sleep 0.3; touch done) & exit 0");
    tree.awaitEmpty();
    assertThat(folder.resolve("done")).exists();
  }

  @Test
  void treeThatKeepsForkingDies() throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree =
        start(
            "f() { sleep "
                + word
                + " & setsid sh -c 'sleep 0.05; exit' & }; "
                + "while :; do f; sleep 0.005; done");
    awaitSleeping(word, 5);
    tree.kill(reason -> {});
    assertThat(HostProcesses.sleeping(word)).isEmpty();
  }

  @Test
  void processWhoseFirstThreadHasExitedDies() throws Exception {
    assumeThat(PYTHON).isExecutable();
    String word = HostProcesses.uniqueWord();
    Files.writeString(
        folder.resolve("headless.py"),
        """
        import ctypes, threading, time
        threading.Thread(target=lambda: time.sleep(1000)).start()
        open("go").read()
        ctypes.CDLL(None).pthread_exit(None)
        """);
    ContainedTree tree = start("mkfifo go; " + PYTHON + " headless.py " + word + " & wait");
    await().until(() -> !headless(word).isEmpty());
    int pid = headless(word).getFirst();
    Files.writeString(folder.resolve("go"), "go");
    await().until(() -> ProcessStat.of(pid).map(ProcessStat::state).orElse('?').equals('Z'));
    assertThat(ProcessStat.isEnding(pid)).isFalse();

    assertThat(tree.kill(reason -> {}).liveMemberSeen()).isTrue();
    assertThat(ProcessStat.isDead(pid)).isTrue();
  }

  private static List<Integer> headless(String word) throws SystemCallException {
    return HostProcesses.running(PYTHON + "\0headless.py\0" + word);
  }

  @Test
  void programHandlesAllSignalsAsUsual() throws Exception {
    exitOf(start("sed -n -E 's/Sig(Blk|Ign):.*(.{8})/\\2/p' /proc/self/status"));
    // Numbers 32 and 33 (the highest bit) are the C library's own.
    assertThat(stdout().lines())
        .hasSize(2)
        .allMatch(set -> (Long.parseLong(set, 16) & Integer.MAX_VALUE) == 0);
  }

  @Test
  void twoHundredThatExitAtOnceTellTheirOwnStatus() throws Exception {
    List<ContainedTree> many = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      many.add(start("while ! [ -e go ]; do sleep 0.2; done; exit " + i));
    }
    Files.createFile(folder.resolve("go"));
    for (int i = 0; i < 200; i++) {
      assertThat(exitOf(many.get(i))).isEqualTo(new ExitStatus.Exited(i));
    }
  }

  static void awaitEmpty(ContainedTree tree) {
    try {
      tree.awaitEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
