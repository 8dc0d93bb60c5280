package io.procgrid.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.ExitStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every containment guarantees, tried on real processes. */
@Timeout(60)
abstract class ContainmentContract {
  static final String PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
  static final Duration BLOCKED_AFTER = Duration.ofMillis(500);

  @TempDir Path folder;

  private final AtomicInteger runs = new AtomicInteger();
  final List<ContainedTree> trees = new ArrayList<>();
  final String identity = "test-" + HostProcesses.uniqueWord();
  Containment containment;

  /** The mechanism under test. */
  abstract ContainmentMode mode();

  @BeforeEach
  void openContainment() throws Exception {
    containment = openAnother();
  }

  @AfterEach
  void leaveNothingBehind() throws Exception {
    for (ContainedTree tree : trees) {
      tree.kill(reason -> {});
      tree.dispose();
    }
    endLeftKeepers();
    containment.close();
  }

  /** What workers have left that died, or that the test forgot. */
  void endLeftKeepers() {}

  Containment openAnother() throws ContainmentException {
    return openAnother(identity);
  }

  Containment openAnother(String worker) throws ContainmentException {
    return new ContainmentProbe(worker, "testhost", Set.of(), BLOCKED_AFTER, InstantSource.system())
        .open(mode());
  }

  /** Has a shell execute a script in a folder, which takes its output too. */
  static LaunchPlan shellPlan(Path folder, String script) {
    return new LaunchPlan(
        Path.of("/bin/sh"),
        List.of("-c", script),
        Map.of("PATH", PATH),
        folder,
        folder.resolve("stdout"),
        folder.resolve("stderr"));
  }

  LaunchPlan plan(Path executable, List<String> arguments, Map<String, String> environment) {
    return new LaunchPlan(
        executable,
        arguments,
        environment,
        folder,
        folder.resolve("stdout"),
        folder.resolve("stderr"));
  }

  LaunchPlan shell(String script) {
    return shellPlan(folder, script);
  }

  ContainedTree hold(LaunchPlan plan) throws LaunchException {
    ContainedTree tree = containment.launch(new SegmentKey(runs.incrementAndGet(), 1, 0), plan);
    trees.add(tree);
    return tree;
  }

  ContainedTree start(String script) throws LaunchException {
    ContainedTree tree = hold(shell(script));
    tree.release();
    return tree;
  }

  String stdout() throws IOException {
    return Files.readString(folder.resolve("stdout"));
  }

  static void awaitSleeping(String word, int count) {
    await().until(() -> HostProcesses.sleeping(word).size() >= count);
  }

  static ExitStatus exitOf(ContainedTree tree) throws Exception {
    return tree.leaderExit().get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 42, 127, 255})
  void exitCodeIsExact(int code) throws Exception {
    assertThat(exitOf(start("exit " + code))).isEqualTo(new ExitStatus.Exited(code));
  }

  @Test
  void outputGoesStraightToTheFiles() throws Exception {
    Files.writeString(folder.resolve("stdout"), "before\n");
    exitOf(start("echo out; echo err >&2"));
    assertThat(stdout()).isEqualTo("before\nout\n");
    assertThat(folder.resolve("stderr")).hasContent("err\n");
  }

  @Test
  void programRunsInItsFolderWithoutInput() throws Exception {
    exitOf(start("pwd -P; wc -c"));
    assertThat(stdout()).isEqualTo(folder.toRealPath() + "\n0\n");
  }

  @Test
  void environmentIsExactlyThePlannedOne() throws Exception {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PATH", PATH);
    environment.put("PROCGRID_RUN_ID", "7");
    environment.put("LINES", "two\nlines = 2");
    environment.put("EMPTY", "");
    Map<String, String> special = new TreeMap<>(environment);
    special.putAll(
        Map.of(
            "PWD",
            "/elsewhere",
            "OLDPWD",
            "/x",
            "SHLVL",
            "17",
            "_",
            "underscore",
            "OPTIND",
            "none",
            "IFS",
            ":",
            "a.b-c",
            "no identifier",
            "LD_LIBRARY_PATH",
            "/nowhere"));
    for (Map<String, String> planned : List.of(Map.<String, String>of(), environment, special)) {
      Files.deleteIfExists(folder.resolve("stdout"));
      ContainedTree tree = hold(plan(Path.of("/usr/bin/env"), List.of("-0"), planned));
      tree.release();
      assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(0));
      Map<String, String> seen = new TreeMap<>();
      for (String variable : stdout().split("\0")) {
        if (!variable.isEmpty()) {
          seen.put(
              variable.substring(0, variable.indexOf('=')),
              variable.substring(variable.indexOf('=') + 1));
        }
      }
      assertThat(seen).isEqualTo(new TreeMap<>(planned));
    }
  }

  @Test
  void argumentsArriveUnchanged() throws Exception {
    List<String> arguments = List.of("%s|", "", "a b", "$HOME", "'\"\\", "-n", "ä€");
    ContainedTree tree = hold(plan(Path.of("/usr/bin/printf"), arguments, Map.of()));
    tree.release();
    exitOf(tree);
    assertThat(stdout()).isEqualTo("|a b|$HOME|'\"\\|-n|ä€|");
  }

  @Test
  void noDescriptorOfTheWorkerLeaks() throws Exception {
    exitOf(start("exec ls /proc/self/fd"));
    // 3 is the folder that ls itself reads.
    assertThat(stdout().lines()).containsExactly("0", "1", "2", "3");
  }

  /** Its child would hold the file open for writing, and the kernel not execute it ("busy"). */
  @Test
  void noProcessBeginsWhileAFileOfAProcIsBeingWritten() throws Exception {
    FutureTask<ContainedTree> launch = new FutureTask<>(() -> hold(shell("echo ran")));
    Thread launcher = Thread.ofPlatform().unstarted(launch);
    try (ForkGuard.Hold _ = ForkGuard.writing()) {
      launcher.start();
      await().until(() -> launcher.getState() == Thread.State.WAITING);
      assertThat(launch).isNotDone();
    }
    ContainedTree tree = launch.get(20, TimeUnit.SECONDS);
    tree.release();
    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(0));
  }

  @Test
  void nothingOfTheUserRunsBeforeTheGateOpens() throws Exception {
    ContainedTree tree = hold(shell("touch ran"));
    TreeDeath death = tree.kill(reason -> {});
    tree.release();
    assertThat(death.liveMemberSeen()).isTrue();
    assertThat(folder.resolve("ran")).doesNotExist();
    assertThat(tree.leaderExit()).isDone();
  }

  @Test
  void loaderVariablesDoNothingBeforeTheGateOpens() throws Exception {
    Path traces = Files.createDirectory(folder.resolve("traces"));
    Map<String, String> debugging = Map.of("LD_DEBUG", "all", "LD_DEBUG_OUTPUT", traces + "/t");
    ContainedTree tree = hold(plan(Path.of("/bin/true"), List.of(), debugging));
    tree.kill(reason -> {});
    assertThat(traces).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1 | sleep WORD",
        "2 | sleep WORD & sleep WORD",
        "2 | sh -c 'sh -c \"sleep WORD & wait\" & sleep WORD' & wait",
        "2 | trap '' TERM HUP INT; sh -c 'trap \"\" TERM; sleep WORD; :' & sleep WORD; :",
        "2 | setsid sleep WORD & sleep WORD",
        "3 | setsid sh -c 'setsid sleep WORD & setsid sleep WORD & sleep WORD' & wait",
        "1 | sleep WORD & kill -STOP $$",
        "2 | sh -c 'sleep WORD & kill -STOP $$' & sleep WORD",
      })
  void wholeTreeDies(int sleepers, String script) throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree = start(script.replace("WORD", word));
    awaitSleeping(word, sleepers);
    TreeDeath death = tree.kill(reason -> {});
    assertThat(HostProcesses.sleeping(word)).isEmpty();
    assertThat(death.membersSeen()).isGreaterThanOrEqualTo(sleepers);
    assertThat(tree.leaderExit()).isDone();
  }

  @Test
  void decoyWithTheSameCommandLineLives() throws Exception {
    String word = HostProcesses.uniqueWord();
    Process decoy = new ProcessBuilder("sleep", word).start();
    try {
      ContainedTree tree = start("exec sleep " + word);
      awaitSleeping(word, 2);
      tree.kill(reason -> {});
      assertThat(HostProcesses.sleeping(word)).containsExactly((int) decoy.pid());
    } finally {
      decoy.destroyForcibly().waitFor();
    }
  }

  @Test
  void siblingRunLives() throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree victim = start("exec sleep " + word);
    ContainedTree sibling = start("exec sleep " + word);
    awaitSleeping(word, 2);
    victim.kill(reason -> {});
    assertThat(sibling.leaderExit()).isNotDone();
    assertThat(HostProcesses.sleeping(word)).hasSize(1);
  }

  @Test
  void killOfAnEndedTreeSeesNobody() throws Exception {
    ContainedTree tree = start("exit 3");
    exitOf(tree);
    tree.awaitEmpty();
    assertThat(tree.kill(reason -> {})).isEqualTo(new TreeDeath(false, 0));
    assertThat(exitOf(tree)).isEqualTo(new ExitStatus.Exited(3));
  }

  @Test
  void killsAtOnceShareOneDeath() throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree tree = start("sleep " + word + " & sleep " + word);
    awaitSleeping(word, 2);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<TreeDeath> kill = () -> tree.kill(reason -> {});
      List<TreeDeath> deaths = new ArrayList<>();
      for (Future<TreeDeath> death : callers.invokeAll(List.of(kill, kill, kill, kill))) {
        deaths.add(death.get());
      }
      assertThat(deaths).allMatch(TreeDeath::liveMemberSeen).containsOnly(deaths.getFirst());
    }
  }

  @Test
  void twoHundredKillsAtOnceAreAllProven() throws Exception {
    String word = HostProcesses.uniqueWord();
    List<ContainedTree> many = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      many.add(start("exec sleep " + word));
    }
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<TreeDeath>> kills = new ArrayList<>();
      many.forEach(tree -> kills.add(() -> tree.kill(reason -> {})));
      for (Future<TreeDeath> death : callers.invokeAll(kills)) {
        assertThat(death.get().liveMemberSeen()).isTrue();
      }
    }
    assertThat(HostProcesses.sleeping(word)).isEmpty();
    assertThat(many).allMatch(tree -> tree.leaderExit().isDone());
  }

  @Test
  void anotherWorkerProcessTakesTheTreeBack() throws Exception {
    String word = HostProcesses.uniqueWord();
    ContainedTree first = start("sleep " + word + " & setsid sleep " + word + " & sleep " + word);
    awaitSleeping(word, 3);
    containment.close();
    assertThat(HostProcesses.sleeping(word)).hasSizeGreaterThanOrEqualTo(3);

    containment = openAnother();
    ContainedTree second = containment.adopt(new SegmentKey(1, 1, 0), first.record());
    trees.set(0, second);
    assertThat(second.leaderExit()).isNotDone();
    assertThat(second.kill(reason -> {}).membersSeen()).isGreaterThanOrEqualTo(3);
    assertThat(HostProcesses.sleeping(word)).isEmpty();
  }

  @Test
  void adoptedTreeTellsItsEnd() throws Exception {
    ContainedTree first = start("mkfifo go; read line <go; exit 6");
    await().until(() -> Files.exists(folder.resolve("go")));
    containment.close();
    containment = openAnother();
    ContainedTree second = containment.adopt(new SegmentKey(1, 1, 0), first.record());
    trees.set(0, second);
    Files.writeString(folder.resolve("go"), "\n");
    second.awaitEmpty();
    // Who is not the parent may not get to know it. It is never told as success.
    assertThat(exitOf(second)).isNotEqualTo(new ExitStatus.Exited(0));
  }

  @Test
  void reusedPidIsNeverTouched() throws Exception {
    String word = HostProcesses.uniqueWord();
    Process stranger = new ProcessBuilder("sleep", word).start();
    try {
      ProcessRecord reused = ofAnotherStart(start("exit 0").record(), stranger.pid());
      ContainedTree adopted = containment.adopt(new SegmentKey(9, 1, 0), reused);
      adopted.kill(reason -> {});
      assertThat(stranger.isAlive()).isTrue();
      assertThat(exitOf(adopted)).isInstanceOf(ExitStatus.Lost.class);
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  /** A record of a process that once had this pid. */
  ProcessRecord ofAnotherStart(ProcessRecord record, long pid) {
    return new ProcessRecord(
        record.containment(), pid, 1, record.bootId(), record.place(), record.startedAtMillis());
  }

  @Test
  void whatCannotStartIsToldByName() throws Exception {
    Path script = folder.resolve("script");
    Files.writeString(script, "#!/no/such/interpreter\n");
    assertRefused(script, List.of(), "not executable", "chmod +x");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    assertRefused(script, List.of(), "/no/such/interpreter", "install");
    assertRefused(folder, List.of(), "folder", "program");
    assertRefused(folder.resolve("missing"), List.of(), "no such file", "install");
    assertRefused(Path.of("/bin/true"), List.of("x".repeat(128 * 1024)), "argument 1", "file");
    assertRefused(Path.of("/bin/true"), List.of("zero\0"), "argument 1", "remove");
  }

  private void assertRefused(Path executable, List<String> arguments, String why, String fix) {
    assertThatThrownBy(() -> hold(plan(executable, arguments, Map.of())))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(executable.toString())
        .hasMessageContaining(why)
        .hasMessageContaining(fix);
  }

  @Test
  void scriptsRunByTheirInterpreter() throws Exception {
    Path script = folder.resolve("script");
    Files.write(script, "#!/bin/sh\necho \"$0 $1\"\n".getBytes(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    ContainedTree tree = hold(plan(script, List.of("x"), Map.of()));
    tree.release();
    exitOf(tree);
    assertThat(stdout()).isEqualTo(script + " x\n");
  }
}
