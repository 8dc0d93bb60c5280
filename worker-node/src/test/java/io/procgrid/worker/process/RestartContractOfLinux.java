package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.worker.process.linux.KernelFile;
import io.procgrid.worker.process.linux.Pidfd;
import io.procgrid.worker.process.linux.ProcessStat;
import io.procgrid.worker.process.linux.SystemCallException;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What outlives a worker where keepers hold exit statuses, and what must not. */
abstract class RestartContractOfLinux extends ContainmentContract {
  private static final Path NOWHERE = Path.of("/dev/null");

  @Override
  void endLeftKeepers() {
    await().until(() -> Keepers.sweepAfter(identity));
  }

  @Test
  void killedWorkerLeavesWhatRunsAndNothingThatWasHeld() throws Exception {
    String word = HostProcesses.uniqueWord();
    List<ProcessRecord> records =
        recordsOfKilledWorker(
            () -> awaitSleeping(word, 2),
            "touch ran; sleep " + word,
            "setsid sleep " + word + " & sleep " + word + "; exit 1");

    ContainedTree held = adopt(records.get(0));
    held.awaitEmpty();
    assertThat(held.kill(reason -> {})).isEqualTo(new TreeDeath(false, 0));
    assertThat(folder.resolve("ran")).doesNotExist();

    assertThat(HostProcesses.sleeping(word)).hasSize(2);
    ContainedTree running = adopt(records.get(1));
    assertThat(running.leaderExit()).isNotDone();
    assertThat(running.kill(reason -> {}).membersSeen()).isGreaterThanOrEqualTo(2);
    assertThat(HostProcesses.sleeping(word)).isEmpty();
    assertThat(exitOf(running)).isNotInstanceOf(ExitStatus.Exited.class);
  }

  /** Has a worker process launch the scripts, all but the first released, and kills it. */
  private List<ProcessRecord> recordsOfKilledWorker(Runnable meanwhile, String... scripts)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                HeldWorker.class.getName(),
                mode().text(),
                identity,
                folder.toString()));
    command.addAll(List.of(scripts));
    Process worker =
        new ProcessBuilder(command).redirectError(folder.resolve("worker.log").toFile()).start();
    List<ProcessRecord> records = new ArrayList<>();
    try (BufferedReader lines = worker.inputReader()) {
      String line;
      while (records.size() < scripts.length && (line = lines.readLine()) != null) {
        if (line.startsWith(mode().text() + "\t")) {
          records.add(HeldWorker.parse(line));
          adopt(records.getLast()); // Ended with the test, whatever becomes of it.
        }
      }
      meanwhile.run();
    } finally {
      worker.destroyForcibly().waitFor();
    }
    return records;
  }

  /** Pid on the host of the user's program. */
  int leaderOf(ProcessRecord record) {
    return (int) record.pid();
  }

  private int keeperOf(ContainedTree tree) {
    return parentOf(leaderOf(tree.record()));
  }

  private static int parentOf(int pid) {
    return ProcessStat.of(pid).orElseThrow().parent();
  }

  private static void killOne(int pid) throws SystemCallException {
    Descendants.kill(pid, () -> true);
  }

  /** Sees to it that a process is waited for once it is over, as init does without being asked. */
  private static void awaitReaped(int pid) throws SystemCallException {
    if (parentOf(pid) == ProcessHandle.current().pid()) {
      Pidfd.awaitChild(pid); // The containment made this process a sub-reaper.
    }
    await().until(() -> ProcessStat.of(pid).isEmpty());
  }

  private static void awaitZombie(int pid) {
    await().until(() -> ProcessStat.of(pid).orElseThrow().state() == 'Z');
  }

  @Test
  void exitStatusOutlivesTheWorkerWhateverItIs() throws Exception {
    Path go = folder.resolve("go");
    String wait = "while ! [ -e " + go + " ]; do sleep 0.02; done; ";
    List<ProcessRecord> records =
        recordsOfKilledWorker(
            () -> {},
            "touch ran",
            wait + "exit 0",
            wait + "exit 7",
            wait + "exit 137",
            wait + "kill -9 $$",
            wait + "kill -15 $$",
            wait + "ulimit -c unlimited; kill -6 $$",
            wait + "(sleep 1000 &) ; exit 3");
    Files.createFile(go);
    List<ProcessRecord> running = records.subList(1, records.size());
    running.forEach(record -> awaitZombie(leaderOf(record)));

    startAgain();
    containment.sweep(Set.copyOf(running), Set.of());
    List<ExitStatus> statuses = new ArrayList<>();
    for (ProcessRecord record : running) {
      ContainedTree tree = adopt(record);
      statuses.add(exitOf(tree));
      tree.kill(reason -> {});
      tree.dispose();
    }
    assertThat(statuses)
        .containsExactly(
            new ExitStatus.Exited(0),
            new ExitStatus.Exited(7),
            new ExitStatus.Exited(137),
            new ExitStatus.Signalled(9),
            new ExitStatus.Signalled(15),
            new ExitStatus.Signalled(6),
            new ExitStatus.Exited(3));
    // Whose they are waits for them now.
    running.forEach(record -> await().until(() -> ProcessStat.of(leaderOf(record)).isEmpty()));
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  /** The pids of what a worker starts for a run, whatever its containment. */
  List<Integer> processesOf(ProcessRecord record) {
    return List.of(leaderOf(record), parentOf(leaderOf(record)));
  }

  private void startAgain() throws ContainmentException {
    trees.clear();
    containment.close();
    containment = openAnother();
  }

  @Test
  void launchThatItsWorkerDidNotLiveToRecordIsClearedAwayByTheNextOne() throws Exception {
    List<Integer> started = processesOf(recordsOfKilledWorker(() -> {}, "touch ran").getFirst());
    startAgain();

    containment.sweep(Set.of(), Set.of());

    started.forEach(pid -> await().until(() -> ProcessStat.isDead(pid)));
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void keeperOfARunThatNoRecordClaimsGoesWithTheRun() throws Exception {
    String word = HostProcesses.uniqueWord();
    ProcessRecord record =
        recordsOfKilledWorker(() -> awaitSleeping(word, 1), "touch ran", "exec sleep " + word)
            .getLast();
    List<Integer> started = processesOf(record);
    startAgain();

    containment.sweep(Set.of(), Set.of());

    assertThat(started).noneMatch(ProcessStat::isDead);
    killOne(leaderOf(record));
    started.forEach(pid -> await().until(() -> ProcessStat.isDead(pid)));
  }

  @Test
  void keepersOfAnotherWorkerAreNotTouched() throws Exception {
    ContainedTree running = start("exec sleep 1000");
    ContainedTree ended = start("exit 4");
    awaitZombie(leaderOf(ended.record()));
    int keeper = keeperOf(ended);

    try (Containment other = openAnother(identity + "-other")) {
      other.sweep(Set.of(), Set.of());
      assertThat(Keepers.sweepAfter(identity + "-other")).isTrue();
    }

    assertThat(ProcessStat.isDead(keeper)).isFalse();
    assertThat(ProcessStat.isDead(keeperOf(running))).isFalse();
  }

  @Test
  void exitStatusOfAnAdoptedTreeIsExact() throws Exception {
    ContainedTree first = start("mkfifo go; read line <go; exit 6");
    await().until(() -> Files.exists(folder.resolve("go")));
    containment.close();
    containment = openAnother();
    ContainedTree second = adopt(first.record());
    assertThat(second.leaderExit()).isNotDone();
    Files.writeString(folder.resolve("go"), "\n");
    second.awaitEmpty();
    assertThat(exitOf(second)).isEqualTo(new ExitStatus.Exited(6));
  }

  @Test
  void runOutlivesItsKeeper() throws Exception {
    ContainedTree tree = start("mkfifo go; read line <go; exit 9");
    await().until(() -> Files.exists(folder.resolve("go")));
    int keeper = keeperOf(tree);
    killOne(keeper);
    await().until(() -> keeperOf(tree) != keeper);
    assertThat(tree.leaderExit()).isNotDone();
    Files.writeString(folder.resolve("go"), "\n");
    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(9));
    tree.awaitEmpty();
  }

  @Test
  void exitStatusIsLostAndNeverInventedWhenKeeperAndWorkerAreGone() throws Exception {
    List<ProcessRecord> records =
        recordsOfKilledWorker(() -> {}, "touch ran", "mkfifo go; read line <go; exit 0");
    int leader = leaderOf(records.get(1));
    await().until(() -> Files.exists(folder.resolve("go")));
    int keeper = parentOf(leader);
    killOne(keeper);
    await().until(() -> parentOf(leader) != keeper);
    trees.clear();
    containment.close();
    Files.writeString(folder.resolve("go"), "\n");
    awaitReaped(leader);

    containment = openAnother();
    ContainedTree tree = adopt(records.get(1));
    assertThat(tree.kill(reason -> {}).liveMemberSeen()).isFalse();
    assertThat(exitOf(tree)).isInstanceOf(ExitStatus.Lost.class);
  }

  @Test
  void keeperShowsNothingOfTheRun() throws Exception {
    ContainedTree tree =
        hold(plan(Path.of("/bin/sleep"), List.of("4711.4711"), Map.of("TOKEN", "secret")));
    tree.release();
    awaitSleeping("4711.4711", 1);
    String place = "/proc/" + keeperOf(tree) + "/";
    assertThat(KernelFile.read(place + "cmdline")).doesNotContain("4711", "secret");
    assertThat(KernelFile.read(place + "environ")).doesNotContain("secret");
    for (String link : List.of("cwd", "fd/1", "fd/2")) {
      assertThat(Files.readSymbolicLink(Path.of(place + link))).isIn(Path.of("/"), NOWHERE);
    }
    assertThat(tree.kill(reason -> {}).membersSeen()).isEqualTo(1);
  }

  @Test
  void endedTreeLeavesNoKeeper() throws Exception {
    ContainedTree tree = start("exit 5");
    int keeper = keeperOf(tree);
    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(5));
    tree.kill(reason -> {});
    tree.dispose();
    await().until(() -> ProcessStat.of(keeper).isEmpty());
    await().until(() -> ProcessStat.of(leaderOf(tree.record())).isEmpty());
  }

  private ContainedTree adopt(ProcessRecord record) {
    ContainedTree tree = containment.adopt(new SegmentKey(1, 1, 0), record);
    trees.add(tree);
    return tree;
  }

  @Test
  void treeOfAnEarlierBootIsDead() throws Exception {
    ProcessRecord mine = start("exec sleep 1000").record();
    ProcessRecord earlier =
        new ProcessRecord(
            mine.containment(),
            mine.pid(),
            mine.startTicks(),
            "another-boot",
            mine.place(),
            mine.startedAtMillis());
    ContainedTree adopted = containment.adopt(new SegmentKey(9, 1, 0), earlier);
    assertThat(adopted.kill(reason -> {})).isEqualTo(new TreeDeath(false, 0));
    assertThat(exitOf(adopted)).isInstanceOf(ExitStatus.Lost.class);
    assertThat(ProcessHandle.of(mine.pid())).isPresent();
  }
}
