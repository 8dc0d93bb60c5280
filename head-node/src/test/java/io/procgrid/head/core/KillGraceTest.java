package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.FACTS;
import static io.procgrid.head.core.CoreDriver.TERMS;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.killedOutcome;
import static io.procgrid.head.core.CoreDriver.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.RunStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a kill that gives time means for order, store and answer. */
class KillGraceTest {
  private static final Grace OWN = new Grace(2, 60_000);
  private static final KillTerms AT_ONCE = new KillTerms(FACTS, 0L, null);

  private final CoreDriver driver = new CoreDriver();

  /** A proc with a grace of a minute. */
  private void create(String name, ExecutionMode mode) {
    ProcDefinition proc = CoreDriver.proc(name, mode, 0);
    driver.create(
        new ProcDefinition(
            proc.name(),
            proc.mode(),
            proc.bundleHash(),
            proc.command(),
            proc.arguments(),
            proc.options(),
            0,
            false,
            ImmutableMap.of(),
            OWN));
  }

  /** A run of such a proc, on worker 1. */
  private long running() {
    create("p", ExecutionMode.NONDISTRIBUTED);
    driver.join(1);
    long runId = driver.execute("p", "tag");
    driver.runStarts();
    return runId;
  }

  /** A worker reports half a kill, of a call that this head never heard of, and not its grace. */
  @Test
  void reportOfAKillLeavesTheOtherSegmentsTheGraceOfTheProc() {
    create("d", ExecutionMode.DISTRIBUTED);
    driver.join(1);
    driver.join(2);
    long runId = driver.execute("d", "");
    driver.runStarts();
    driver.terminated(1, CoreDriver.key(runId, 0), CoreDriver.killedOutcome());
    assertThat(sent()).isEqualTo(OWN);
  }

  private long kill(long runId, KillTerms terms) {
    return driver.submit(new Command.KillRuns(run(runId), terms, false, false));
  }

  private static KillTerms grace(@Nullable Long millis) {
    return new KillTerms(FACTS, millis, null);
  }

  private Grace sent() {
    List<HeadEffect.SendKill> sent = driver.takeSent(HeadEffect.SendKill.class);
    return sent.getLast().orders().getFirst().grace();
  }

  private List<KillIntent> intents() {
    return driver.durable.stream()
        .filter(Mutation.KillIntended.class::isInstance)
        .map(mutation -> ((Mutation.KillIntended) mutation).intent())
        .toList();
  }

  private void dies(long runId) {
    driver.terminated(1, key(runId, 0), killedOutcome());
  }

  @Test
  void runGetsTheGraceOfItsProcUnlessTheCallerChooses() {
    long runId = running();
    kill(runId, grace(null));
    assertThat(sent()).isEqualTo(OWN);
    assertThat(intents()).containsExactly(new KillIntent(FACTS, 60_000));

    kill(runId, grace(500L));

    assertThat(sent()).isEqualTo(new Grace(2, 500));
  }

  @Test
  void harderKillIsDurableWithTheFactsOfTheFirstAndASofterOneChangesNothing() {
    long runId = running();
    kill(runId, grace(null));
    kill(runId, new KillTerms(new KillFacts("bob", 9, "there"), 100L, null));
    kill(runId, grace(600_000L));

    assertThat(intents())
        .containsExactly(new KillIntent(FACTS, 60_000), new KillIntent(FACTS, 100));
    assertThat(sent()).isEqualTo(new Grace(2, 100));
  }

  @Test
  void answerTimeCountsFromTheEndOfTheLongestGrace() {
    long runId = running();
    long kill = kill(runId, grace(null));

    driver.pass(69_999);
    assertThat(driver.answer(kill)).isNull();
    driver.pass(1);

    assertThat(driver.answer(kill, Answer.Killed.class).pending()).containsOnlyKeys(runId);
  }

  @Test
  void answerTimeThatIsGivenCountsFromTheCallAndTheAnswerSaysHowLongTheGraceIs() {
    long runId = running();
    long kill = kill(runId, new KillTerms(FACTS, null, 1_000L));

    driver.pass(1_000);

    assertThat(driver.answer(kill, Answer.Killed.class).pending().get(runId))
        .contains("worker 1", "signal 2", "in 59000 ms");
  }

  @Test
  void harderKillShortensTheWaitOfTheFirstCallerToo() {
    long runId = running();
    long soft = kill(runId, grace(null));
    driver.pass(5_000);
    long hard = kill(runId, AT_ONCE);
    long duplicate = kill(runId, grace(null));

    driver.pass(10_000);

    for (long kill : List.of(soft, hard, duplicate)) {
      assertThat(driver.answer(kill, Answer.Killed.class).pending()).containsOnlyKeys(runId);
    }
  }

  @Test
  void everyCallerIsToldTheEndWhoeverBroughtItAbout() {
    long runId = running();
    long soft = kill(runId, grace(null));
    long hard = kill(runId, AT_ONCE);

    dies(runId);

    for (long kill : List.of(soft, hard)) {
      assertThat(driver.answer(kill, Answer.Killed.class).runIds()).containsExactly(runId);
    }
  }

  @Test
  void deletionTakesTheProcsOwnGraceAndWaitsForIt() {
    long runId = running();
    long delete = driver.submit(new Command.DeleteProc("p", TERMS));
    assertThat(sent()).isEqualTo(OWN);

    driver.pass(60_000);
    assertThat(driver.answer(delete)).isNull();
    dies(runId);

    assertThat(driver.answer(delete, Answer.Killed.class).runIds()).containsExactly(runId);
  }

  @Test
  void softerIntentThatIsStoredLateDoesNotStandInThePlaceOfTheHarder() {
    long runId = running();
    driver.holdStore();
    kill(runId, grace(null));
    kill(runId, AT_ONCE);
    driver.failStore("busy");
    driver.store();
    assertThat(intents().getLast().graceMillis()).isZero();

    driver.pass(CoreContext.RETRY_MILLIS);

    assertThat(intents().getLast().graceMillis()).isZero();
    assertThat(intents()).contains(new KillIntent(FACTS, 60_000));
  }

  @Test
  void pendingKillIsSentAgainWithItsGraceAfterARestartOfTheHead() {
    long runId = running();
    kill(runId, grace(7_000L));
    CoreDriver restarted = new CoreDriver(recovered(runId));

    restarted.join(1);

    assertThat(restarted.takeSent(HeadEffect.SendKill.class).getFirst().orders().getFirst().grace())
        .isEqualTo(new Grace(2, 7_000));
  }

  /** What the store holds of the run, its kill pending. */
  private Recovered recovered(long runId) {
    Recovered empty = Recovered.empty(CoreDriver.CLUSTER, CoreDriver.EPOCH);
    Mutation.RunCreated created = only(Mutation.RunCreated.class);
    Mutation.SegmentPlaced placed = only(Mutation.SegmentPlaced.class);
    return new Recovered(
        empty.clusterId(),
        empty.epoch(),
        empty.history(),
        1,
        runId + 1,
        ImmutableList.of(created.proc()),
        ImmutableList.of(),
        ImmutableList.of(
            new Recovered.Run(
                runId,
                1,
                created.request(),
                created.proc(),
                null,
                intents().getLast(),
                ImmutableList.of(
                    new Recovered.Segment(
                        0, null, "0", 1, placed.placement(), null, null, "", false)))),
        ImmutableList.of(only(Mutation.WorkerRecorded.class).worker()));
  }

  private <M extends Mutation> M only(Class<M> type) {
    return driver.durable.stream()
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst()
        .orElseThrow();
  }

  // ---- Unkillable ----

  private void blocked(long runId, String reason) {
    driver.event(
        new HeadEvent.KillBlocked(
            CoreDriver.identity(1), CoreDriver.instance(1), key(runId, 0), reason));
  }

  private void degraded(int worker, boolean degraded) {
    driver.event(
        new HeadEvent.DegradedChanged(
            CoreDriver.identity(worker), CoreDriver.instance(worker), degraded));
  }

  @Test
  void blockedKillIsNamedTheRunGoesOnWithTheReasonAndBothAreClearedByTheProof() {
    long runId = running();
    long kill = kill(runId, AT_ONCE);
    blocked(runId, "host h, pid 42, state D");

    driver.pass(10_000);

    assertThat(driver.answer(kill, Answer.Killed.class).pending())
        .containsEntry(runId, "host h, pid 42, state D");
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(driver.view(runId).segments().getFirst().message())
        .isEqualTo("kill pending: host h, pid 42, state D");

    dies(runId);

    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.KILLED);
    assertThat(driver.view(runId).segments().getFirst().message()).startsWith("killed by ann");
  }

  @Test
  void nothingIsPlacedOnADegradedWorkerAndWhatWaitsSaysWhy() {
    running();
    driver.create(CoreDriver.proc("d", ExecutionMode.DISTRIBUTED, 0));
    degraded(1, true);

    long single = driver.execute("p", "");
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isEmpty();
    assertThat(driver.view(single).waiting()).contains("worker 1", "resists its kill");

    driver.join(2);
    assertThat(driver.takeSent(HeadEffect.SendStart.class))
        .singleElement()
        .satisfies(start -> assertThat(start.identity()).isEqualTo(CoreDriver.identity(2)));
    driver.pass(10_000);
    long both = driver.execute("d", "");
    driver.runStarts();
    assertThat(driver.view(both).segments())
        .extracting(RunView.SegmentView::status)
        .containsExactly(RunStatus.NONE, RunStatus.RUNNING);
    assertThat(driver.view(both).segments().getFirst().message()).contains("resists its kill");

    degraded(1, false);

    assertThat(driver.takeSent(HeadEffect.SendStart.class)).hasSize(1);
    driver.terminated(2, key(both, 1), killedOutcome());
    assertThat(driver.view(both).segments().getFirst().message()).isEmpty();
  }

  @Test
  void workerThatWasCuredWhileItWasAwayIsDegradedNoMore() {
    running();
    degraded(1, true);
    driver.event(new HeadEvent.LinkDown(CoreDriver.identity(1), CoreDriver.instance(1), "silent"));

    driver.join(1);

    driver.execute("p", "");
    assertThat(driver.takeSent(HeadEffect.SendStart.class)).isNotEmpty();
  }
}
