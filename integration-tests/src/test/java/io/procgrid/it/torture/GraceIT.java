package io.procgrid.it.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.it.ClusterExtension;
import io.procgrid.it.KillAnswer;
import io.procgrid.it.LivePids;
import io.procgrid.it.OwnCluster;
import io.procgrid.it.ProcClient;
import io.procgrid.it.ProcDraft;
import io.procgrid.it.Signals;
import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A kill that gives time: the whole tree gets the signal, and SIGKILL when the time is over (K1,
 * K2, K3, K7, K8). A grace of ten minutes outlasts every wait of these tests, so what dies in them
 * does so by another cause.
 */
@ExtendWith(ClusterExtension.class)
class GraceIT {
  private static final String TEN_MINUTES = "600000";

  private final String marker = TestCluster.newMarker();
  private TestCluster cluster;
  private ProcClient procs;
  private Path notes;

  @BeforeEach
  void client(TestCluster given) {
    cluster = given;
    procs = given.procs();
    notes = given.scratch().resolve("notes-" + marker);
  }

  /** A line per signal that a proc took. */
  private List<String> notes() throws IOException {
    return Files.exists(notes) ? Files.readAllLines(notes) : List.of();
  }

  private void awaitNotes(int count) {
    Waiting.until(() -> notes().size() >= count);
  }

  /** A shell that notes each SIGTERM and lives on, with a child that ignores it. */
  private ProcDraft stubborn() {
    return ProcDraft.shell(
        """
        trap 'echo term >>"%s"' TERM
        (trap '' TERM; exec sleep %s) &
        while :; do sleep 0.1; done\
        """
            .formatted(notes, marker));
  }

  private String runStubborn(String... options) {
    ProcDraft draft = stubborn();
    for (int i = 0; i < options.length; i += 2) {
      draft = draft.option(options[i], options[i + 1]);
    }
    String run = procs.run(draft);
    TestCluster.awaitLive(marker, 1);
    return run;
  }

  private static KillAnswer await(CompletableFuture<KillAnswer> answer) throws Exception {
    return answer.get(Waiting.LONGEST.toSeconds(), TimeUnit.SECONDS);
  }

  @TortureCase(
      number = 19,
      report = {"systemd#8122", "systemd#13288"})
  @Test
  void wholeTreeGetsTheSignalAndTheNextStartInheritsNothing() throws Exception {
    String name =
        procs.create(
            ProcDraft.shell(
                    """
                    member() { trap "echo $1 >>'%1$s'; exit 0" TERM; sleep %2$s & wait; }
                    (member grandchild) &
                    setsid sh -c "trap \\"echo detached >>'%1$s'; exit 0\\" TERM; sleep %2$s & wait" &
                    member leader\
                    """
                        .formatted(notes, marker))
                .option("kill_grace_period_ms", TEN_MINUTES));
    String first = procs.execute(name);
    Set<Long> pids = TestCluster.awaitLive(marker, 3);

    assertThat(procs.kill(first).runIds()).containsExactly(first);

    assertThat(LivePids.among(pids)).isEmpty();
    assertThat(notes()).containsExactlyInAnyOrder("leader", "grandchild", "detached");

    String second = procs.execute(name);
    Set<Long> pidsOfSecond = TestCluster.awaitLive(marker, 3);
    assertThat(pidsOfSecond).doesNotContainAnyElementsOf(pids);
    assertThat(procs.kill(second).runIds()).containsExactly(second);
    assertThat(notes()).hasSize(6);
    assertThat(procs.status(first).overall()).isEqualTo("killed");
  }

  @TortureCase(number = 28, report = "kubernetes#113717")
  @Test
  void harderKillEndsAtOnceWhatTheFirstWaitsFor() throws Exception {
    String run = runStubborn("kill_grace_period_ms", TEN_MINUTES);
    CompletableFuture<KillAnswer> first = CompletableFuture.supplyAsync(() -> procs.kill(run));
    awaitNotes(1);
    assertThat(first).isNotDone();

    assertThat(procs.kill(run, "grace_period_ms", "0").runIds()).containsExactly(run);

    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(await(first).runIds()).containsExactly(run);
    assertThat(notes()).hasSize(1);
  }

  @TortureCase(number = 38)
  @Test
  void lateDuplicateOfTheSofterKillGivesNoTimeBack() throws Exception {
    String run = runStubborn();
    String[] soft = {"grace_period_ms", TEN_MINUTES};
    CompletableFuture<KillAnswer> first =
        CompletableFuture.supplyAsync(() -> procs.kill(run, soft));
    awaitNotes(1);

    CompletableFuture<KillAnswer> hard =
        CompletableFuture.supplyAsync(() -> procs.kill(run, "grace_period_ms", "0"));
    CompletableFuture<KillAnswer> duplicate =
        CompletableFuture.supplyAsync(() -> procs.kill(run, soft));

    assertThat(await(hard).runIds()).containsExactly(run);
    assertThat(await(first).runIds()).containsExactly(run);
    assertThat(await(duplicate).pending()).isEmpty();
    assertThat(procs.kill(run, soft)).isEqualTo(new KillAnswer(Set.of(), Map.of()));
    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("killed");
    assertThat(notes()).hasSize(1);
  }

  /** In full, longer than every time-out on the way that does not know of the grace. */
  @Test
  void treeThatIgnoresTheSignalDiesWhenItsTimeIsOver() throws Exception {
    int graceMillis = Torture.times(700, 75_000);
    String run = runStubborn("kill_grace_period_ms", Integer.toString(graceMillis));

    assertThat(procs.kill(run).runIds()).containsExactly(run);

    assertThat(LivePids.withArgument(marker)).isEmpty();
    assertThat(notes()).hasSize(1);
    assertThat(procs.status(run).timing("0", "kill")).isBetween((long) graceMillis, 600_000L);
  }

  @Test
  void answerThatIsWantedSoonerSaysThatTheGraceGoesOn() {
    String run = runStubborn("kill_grace_period_ms", TEN_MINUTES);

    KillAnswer answer = procs.kill(run, "answer_timeout_ms", "100");

    assertThat(answer.runIds()).isEmpty();
    assertThat(answer.pending().get(run)).contains("grace period ends in", "grace_period_ms=0");
    assertThat(procs.status(run).overall()).isEqualTo("running");
    assertThat(procs.kill(run, "grace_period_ms", "0").runIds()).containsExactly(run);
  }

  @Test
  void stoppedTreeIsWokenToDieOfItsSignal() {
    String run =
        procs.run(
            ProcDraft.shell("setsid sleep %1$s & exec sleep %1$s".formatted(marker))
                .option("kill_grace_period_ms", TEN_MINUTES));
    Set<Long> pids = TestCluster.awaitLive(marker, 2);
    pids.forEach(pid -> Signals.send("STOP", pid));
    for (long pid : pids) {
      Waiting.until(() -> LivePids.threadStates(pid), "T"::equals);
    }

    assertThat(procs.kill(run).runIds()).containsExactly(run);

    assertThat(LivePids.among(pids)).isEmpty();
  }

  @Test
  void procThatHeedsTheSignalIsKilledWhateverItsStatusAndItsLastWordsAreKept() {
    String run =
        procs.run(
            ProcDraft.shell(
                    "trap 'echo tidied up; exit 3' TERM; echo ready; sleep %s & wait"
                        .formatted(marker))
                .option("kill_grace_period_ms", TEN_MINUTES));
    TestCluster.awaitLive(marker, 1);

    assertThat(procs.kill(run).runIds()).containsExactly(run);

    assertThat(procs.status(run).overall()).isEqualTo("killed");
    assertThat(procs.status(run).message()).startsWith("killed by");
    Waiting.until(() -> procs.status(run).stdout(), List.of("ready", "tidied up")::equals);
  }

  @Test
  void procGetsTheSignalItAskedFor() throws Exception {
    String run =
        procs.run(
            ProcDraft.shell(
                    """
                    trap 'echo int >>"%s"; exit 0' INT
                    trap 'echo term >>"%s"' TERM
                    sleep %s &
                    echo ready
                    while :; do sleep 0.1; done\
                    """
                        .formatted(notes, notes, marker))
                .option("kill_signal", "INT")
                .option("kill_grace_period_ms", "1000"));
    TestCluster.awaitLive(marker, 1);

    assertThat(procs.kill(run).runIds()).containsExactly(run);

    assertThat(notes()).containsExactly("int");
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  @Test
  void deletionGivesTheProcItsOwnTime() throws Exception {
    String name =
        procs.create(
            ProcDraft.shell(
                    "trap 'echo term >>\"%s\"; exit 0' TERM; sleep %s & wait"
                        .formatted(notes, marker))
                .option("kill_grace_period_ms", TEN_MINUTES));
    String run = procs.execute(name);
    TestCluster.awaitLive(marker, 1);

    cluster.rest().call("/delete/proc", Map.of("proc_name", name, "options", Map.of()));

    assertThat(notes()).containsExactly("term");
    assertThat(procs.status(run).overall()).isEqualTo("killed");
  }

  @Test
  @OwnCluster(workers = 1)
  void graceOutlivesTheWorkerAndItsSignalIsNotSentAgain() throws Exception {
    String run = runStubborn("kill_grace_period_ms", TEN_MINUTES);
    Set<Long> pids = LivePids.withArgument(marker);
    assertThat(procs.kill(run, "answer_timeout_ms", "500").pending()).containsOnlyKeys(run);
    awaitNotes(1);
    // Another kill from beginning to end: by then the journal has what came before.
    assertThat(procs.kill(procs.run(ProcDraft.command("sleep", "86400"))).pending()).isEmpty();

    cluster.worker(1).kill();
    cluster.startAll();
    Waiting.until(() -> cluster.shownWorker(1).path("pending_kills").asInt() == 1);
    assertThat(procs.kill(procs.run(ProcDraft.command("sleep", "86400"))).pending()).isEmpty();

    assertThat(LivePids.withArgument(marker)).isNotEmpty().isSubsetOf(pids);
    assertThat(notes()).hasSize(1);
    assertThat(procs.kill(run, "grace_period_ms", "0").runIds()).containsExactly(run);
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  @Test
  @OwnCluster(workers = 1)
  void graceThatEndsWhileTheWorkerIsAwayEndsTheRunOnItsReturn() {
    String run = runStubborn("kill_grace_period_ms", "1500");
    assertThat(procs.kill(run, "answer_timeout_ms", "500").pending()).containsOnlyKeys(run);
    awaitNotes(1);

    cluster.worker(1).kill();
    cluster.startAll();

    assertThat(procs.awaitOver(run).overall()).isEqualTo("killed");
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }

  @Test
  @OwnCluster(workers = 1)
  void graceOutlivesTheHead() throws Exception {
    String run = runStubborn("kill_grace_period_ms", TEN_MINUTES);
    assertThat(procs.kill(run, "answer_timeout_ms", "500").pending()).containsOnlyKeys(run);
    awaitNotes(1);

    cluster.head().kill();
    cluster.startAll();
    assertThat(procs.kill(procs.run(ProcDraft.command("sleep", "86400"))).pending()).isEmpty();

    assertThat(LivePids.withArgument(marker)).isNotEmpty();
    assertThat(procs.status(run).overall()).isEqualTo("running");
    assertThat(notes()).hasSize(1);
    assertThat(procs.kill(run, "grace_period_ms", "0").runIds()).containsExactly(run);
    assertThat(LivePids.withArgument(marker)).isEmpty();
  }
}
