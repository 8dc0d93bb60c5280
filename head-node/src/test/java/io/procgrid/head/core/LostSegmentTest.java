package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.FACTS;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static io.procgrid.head.core.CoreDriver.key;
import static io.procgrid.head.core.CoreDriver.proc;
import static io.procgrid.head.core.CoreDriver.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.HostFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A worker no longer holds what it had confirmed: absence proves nothing (R7). */
class LostSegmentTest {
  private static final WorkerInstance SECOND = new WorkerInstance("second");

  private final CoreDriver driver = new CoreDriver();
  private long runId;

  @BeforeEach
  void runThatRuns() {
    driver.create(proc("p", ExecutionMode.NONDISTRIBUTED, 0));
    driver.join(1);
    runId = driver.execute("p", "");
    driver.runStarts();
  }

  /** The worker's next process, on a host like that, holds nothing. */
  private void joinEmptyOn(WorkerInstance process, HostFacts host) {
    WorkerAnnouncement plain = CoreDriver.announcement(1, process, 1);
    driver.ask(
        new Command.RegisterWorker(
            new WorkerAnnouncement(
                "",
                plain.identity(),
                process,
                1,
                plain.address(),
                1,
                host,
                plain.containment(),
                null,
                0)),
        Answer.Registered.class);
    driver.event(
        new HeadEvent.LinkUp(
            identity(1), process, CoreDriver.EPOCH, 0, ImmutableList.of("hash-p")));
    driver.event(new HeadEvent.InventoryReceived(identity(1), process, ImmutableList.of()));
  }

  @Test
  void rebootOfTheSameMachineProvesItOver() {
    driver.kill(run(runId));
    joinEmptyOn(SECOND, new HostFacts("host", "Linux", "machine", "uuid", "boot of later"));
    assertThat(driver.durable).contains(new Mutation.RunEnded(runId, 1, RunStatus.ERROR, 1_000));
    Answer.Killed answer = driver.answer(driver.kill(run(runId)), Answer.Killed.class);
    assertThat(answer.runIds()).isEmpty();
    assertThat(answer.pending()).isEmpty();
  }

  @Test
  void anotherMachineProvesNothing() {
    joinEmptyOn(SECOND, new HostFacts("host", "Linux", "another", "uuid", "boot of later"));
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.RUNNING);
    assertThat(driver.view(runId).segments().getFirst().message())
        .contains("not proven to be over");
  }

  @Test
  void machineWithoutAnIdentityProvesNothing() {
    joinEmptyOn(SECOND, new HostFacts("host", "Linux", "", "", "boot"));
    long second = driver.execute("p", "");
    driver.runStarts();
    joinEmptyOn(
        new WorkerInstance("third"), new HostFacts("host", "Linux", "", "", "boot of later"));
    assertThat(driver.view(second).status()).isEqualTo(RunStatus.RUNNING);
  }

  @Test
  void sameBootProvesNothingAndAKillGoesToTheWorker() {
    joinEmptyOn(SECOND, new HostFacts("host", "Linux", "machine", "uuid", "boot"));
    assertThat(driver.view(runId).status()).isEqualTo(RunStatus.RUNNING);
    driver.sent.clear();
    driver.kill(run(runId));
    assertThat(driver.takeSent(HeadEffect.SendKill.class)).hasSize(1);
  }

  @Test
  void proofThatItNeverStartedIsNotToldOfWhatHadStarted() {
    driver.kill(run(runId));
    Outcome neverStarted = new Outcome(Outcome.Kind.NEVER_STARTED, null, "", 0, 2_000, 1, FACTS);
    driver.event(
        new HeadEvent.SegmentTerminated(identity(1), instance(1), key(runId, 0), neverStarted));
    assertThat(driver.durable)
        .filteredOn(Mutation.SegmentEnded.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Mutation.SegmentEnded.class,
            end -> {
              assertThat(end.status()).isEqualTo(RunStatus.ERROR);
              assertThat(end.message()).contains("exit status lost");
            });
  }
}
