package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.identity;
import static io.procgrid.head.core.CoreDriver.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.procgrid.common.id.WorkerInstance;
import org.junit.jupiter.api.Test;

/** Which workers are let in, and which process of a worker is linked. */
class AnnouncementsTest {
  private final CoreDriver driver = new CoreDriver();

  @Test
  void workerOfAnotherClusterIsRefused() {
    WorkerAnnouncement announcement = CoreDriver.announcement(1, instance(1), 1);
    WorkerAnnouncement foreign =
        new WorkerAnnouncement(
            "other",
            announcement.identity(),
            announcement.instance(),
            1,
            announcement.address(),
            1,
            announcement.host(),
            "cgroup",
            null,
            0);
    assertThat(driver.ask(new Command.RegisterWorker(foreign), Answer.Refused.class).message())
        .contains("other")
        .contains("cluster");
  }

  @Test
  void announcementThatComesLateDoesNotLeaveTheStandingProcessUnlinked() {
    driver.join(1);
    driver.takeSent(HeadEffect.Dial.class);

    WorkerInstance former = new WorkerInstance("process-1-former");
    driver.ask(
        new Command.RegisterWorker(CoreDriver.announcement(1, former, 1)), Answer.Registered.class);
    assertThat(driver.takeSent(HeadEffect.HangUp.class))
        .containsExactly(new HeadEffect.HangUp(identity(1), instance(1)));

    driver.ask(
        new Command.RegisterWorker(CoreDriver.announcement(1, instance(1), 1)),
        Answer.Registered.class);
    assertThat(driver.takeSent(HeadEffect.Dial.class).getLast().instance()).isEqualTo(instance(1));
  }
}
