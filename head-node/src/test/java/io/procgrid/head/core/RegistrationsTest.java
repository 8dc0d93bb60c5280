package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.announcement;
import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.common.id.WorkerInstance;
import io.procgrid.head.core.HeadEvent.ProbeAnswered.Presence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two processes claim one identity. */
class RegistrationsTest {
  private static final WorkerInstance COPY = new WorkerInstance("copy");
  private static final WorkerInstance NEXT = new WorkerInstance("next");

  private final CoreDriver driver = new CoreDriver();

  @BeforeEach
  void original() {
    driver.join(1);
    driver.sent.clear();
    driver.presence = null;
  }

  private long register(WorkerInstance instance) {
    return driver.submit(new Command.RegisterWorker(announcement(1, instance, 1)));
  }

  private void probed(Presence presence) {
    driver.event(new HeadEvent.ProbeAnswered(identity(1), instance(1), presence));
  }

  private void copyProbed(Presence presence) {
    assertThat(driver.takeSent(HeadEffect.Probe.class))
        .contains(new HeadEffect.Probe(identity(1), COPY, "127.0.0.1:4001"));
    driver.event(new HeadEvent.ProbeAnswered(identity(1), COPY, presence));
  }

  @Test
  void copyIsRefusedWhileTheOriginalLives() {
    long request = register(COPY);
    assertThat(driver.takeSent(HeadEffect.Probe.class))
        .containsExactly(new HeadEffect.Probe(identity(1), instance(1), "127.0.0.1:4001"));
    assertThat(driver.answer(request)).isNull();
    probed(Presence.ALIVE);
    assertThat(driver.answer(request, Answer.Refused.class).message())
        .contains("journal-1 is in use by the worker at 127.0.0.1:4001")
        .contains("empty");
    assertThat(driver.takeSent(HeadEffect.Dial.class)).isEmpty();
  }

  @Test
  void processWhosePredecessorIsGoneTakesItsPlace() {
    long request = register(COPY);
    probed(Presence.GONE);
    assertThat(driver.answer(request)).isInstanceOf(Answer.Registered.class);
    assertThat(driver.takeSent(HeadEffect.Dial.class).getFirst().instance()).isEqualTo(COPY);
  }

  @Test
  void repeatedAnnouncementsAreAnsweredTogether() {
    long first = register(COPY);
    long second = register(COPY);
    assertThat(driver.takeSent(HeadEffect.Probe.class)).hasSize(1);
    probed(Presence.GONE);
    assertThat(driver.answer(first)).isInstanceOf(Answer.Registered.class);
    assertThat(driver.answer(second)).isInstanceOf(Answer.Registered.class);
  }

  @Test
  void silentOriginalIsFencedDurablyWhenItIsReplaced() {
    register(COPY);
    driver.takeSent(HeadEffect.Probe.class);
    driver.linkDown(1);
    driver.holdStore();
    probed(Presence.SILENT);
    copyProbed(Presence.ALIVE);
    assertThat(driver.takeSent(HeadEffect.Dial.class)).isEmpty();
    driver.store();
    assertThat(driver.durable)
        .anySatisfy(mutation ->
            assertThat(mutation)
                .isInstanceOfSatisfying(
                    Mutation.WorkerRecorded.class,
                    recorded ->
                        assertThat(recorded.worker().fenced()).containsExactly(instance(1))));
    long late = register(instance(1));
    assertThat(driver.answer(late, Answer.Refused.class).message())
        .contains("was replaced")
        .contains("empty data folder");
    assertThat(driver.takeSent(HeadEffect.Probe.class)).isEmpty();
  }

  @Test
  void thirdProcessWaitsForTheTurnOfTheSecond() {
    register(COPY);
    long third = register(new WorkerInstance("third"));
    assertThat(driver.answer(third, Answer.Refused.class).message()).contains("just being let in");
  }

  /** The announcement of a process before it may come late, when nobody answers for a moment. */
  @Test
  void originalWhoseConnectionStandsIsNotFencedForSilence() {
    long request = register(COPY);
    probed(Presence.SILENT);
    copyProbed(Presence.ALIVE);
    assertThat(driver.answer(request)).isInstanceOf(Answer.Refused.class);
    assertNobodyIsFenced();
  }

  private void assertNobodyIsFenced() {
    assertThat(driver.durable)
        .filteredOn(Mutation.WorkerRecorded.class::isInstance)
        .allSatisfy(mutation ->
            assertThat(((Mutation.WorkerRecorded) mutation).worker().fenced()).isEmpty());
  }

  @Test
  void silentOriginalIsNotFencedForAProcessThatIsNotThereEither() {
    for (Presence presence : new Presence[] {Presence.GONE, Presence.SILENT}) {
      driver.linkDown(1);
      long request = register(COPY);
      probed(Presence.SILENT);
      copyProbed(presence);
      assertThat(driver.answer(request, Answer.Refused.class).message())
          .contains("does not answer")
          .contains("127.0.0.1:4001");
    }
    assertNobodyIsFenced();
    driver.submit(new Command.RegisterWorker(announcement(1, instance(1), 1)));
    assertThat(driver.takeSent(HeadEffect.Dial.class).getFirst().instance()).isEqualTo(instance(1));
  }

  @Test
  void originalKeepsItsPlaceWhenItsReplacementCannotBeStored() {
    register(COPY);
    driver.linkDown(1);
    driver.holdStore();
    probed(Presence.SILENT);
    copyProbed(Presence.ALIVE);
    driver.failStore("disk full");
    driver.store();
    driver.sent.clear();
    driver.submit(new Command.RegisterWorker(CoreDriver.announcement(1, CoreDriver.EPOCH, 0)));
    assertThat(driver.takeSent(HeadEffect.Dial.class)).hasSize(1);
  }

  /** A process that dies as soon as it has announced itself, and the next one on its heels. */
  private void twoProcessesTakeThePlaceInTurn() {
    driver.linkDown(1);
    driver.presence = Presence.GONE;
    driver.holdStore();
    register(COPY);
    register(NEXT);
    driver.sent.clear();
  }

  private void storeFirst() {
    driver.event(new HeadEvent.Stored(driver.persists.remove().ticket()));
  }

  @Test
  void processIsNotDialledBeforeItsPlaceIsStored() {
    twoProcessesTakeThePlaceInTurn();
    storeFirst();
    assertThat(driver.takeSent(HeadEffect.Dial.class)).isEmpty();
    storeFirst();
    assertThat(driver.takeSent(HeadEffect.Dial.class))
        .singleElement()
        .satisfies(dial -> assertThat(dial.instance()).isEqualTo(NEXT));
  }

  /** The leave of the former came into the store while the newcomer was on its way there. */
  @Test
  void processThatComesWhileItsPredecessorLeavesIsStoredThoughTheStoreRefusedItAtFirst() {
    driver.holdStore();
    driver.submit(new Command.LeaveWorker(identity(1), instance(1)));
    register(NEXT);
    storeFirst();
    driver.failStore("disk full");
    driver.store();
    driver.durable.clear();
    register(NEXT);
    assertThat(driver.durable)
        .singleElement()
        .isInstanceOfSatisfying(
            Mutation.WorkerRecorded.class,
            recorded -> assertThat(recorded.worker().standing()).isEqualTo(WorkerStanding.MEMBER));
  }

  @Test
  void processThatWasNotStoredIsConnectedAnewWhenItComesAgain() {
    twoProcessesTakeThePlaceInTurn();
    storeFirst();
    driver.failStore("disk full");
    // Whatever was dialled of it would not be dialled a second time.
    assertThat(driver.takeSent(HeadEffect.HangUp.class))
        .containsExactly(new HeadEffect.HangUp(identity(1), NEXT));
    driver.store();
    register(NEXT);
    assertThat(driver.takeSent(HeadEffect.Dial.class))
        .singleElement()
        .satisfies(dial -> assertThat(dial.instance()).isEqualTo(NEXT));
  }
}
