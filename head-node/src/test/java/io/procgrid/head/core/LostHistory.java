package io.procgrid.head.core;

import static io.procgrid.head.core.CoreDriver.announcement;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.run.ExecutionMode;

/** What a restored store has lost, and workers that have seen it. */
final class LostHistory {
  static final Epoch EPOCH = new Epoch(7, "lost");
  static final ProcDefinition PROC = CoreDriver.proc("p", ExecutionMode.NONDISTRIBUTED, 0);

  private LostHistory() {}

  /** Registers a worker that has seen these; returns the epoch that it is told. */
  static Epoch register(CoreDriver driver, int number, Epoch seen, long highestRunId) {
    return driver
        .ask(
            new Command.RegisterWorker(announcement(number, seen, highestRunId)),
            Answer.Registered.class)
        .epoch();
  }

  /** Registers a worker that has seen the lost history, and connects it. */
  static Epoch connect(CoreDriver driver, int number, long highestRunId) {
    Epoch epoch = register(driver, number, EPOCH, highestRunId);
    driver.sent.clear();
    driver.linkUp(number, epoch);
    return epoch;
  }

  /** Registers a worker that has seen the lost history, connects it, and has it list these. */
  static void join(CoreDriver driver, int number, HeadEvent.InventoryItem... items) {
    connect(driver, number, 12);
    driver.inventory(number, items);
  }

  /** A head on a store that was restored, with proc p and the ids below 5 given away. */
  static CoreDriver restored(
      long clusterStart,
      ImmutableList<Recovered.Entry> entries,
      ImmutableList<Recovered.Run> runs,
      ImmutableList<WorkerRecord> workers) {
    return new CoreDriver(
        new Recovered(
            CoreDriver.CLUSTER,
            CoreDriver.EPOCH,
            ImmutableList.of(CoreDriver.EPOCH),
            clusterStart,
            5,
            ImmutableList.of(PROC),
            entries,
            runs,
            workers));
  }

  /** A worker as that store knows it. */
  static WorkerRecord worker(int number) {
    WorkerAnnouncement announcement = announcement(number, CoreDriver.EPOCH, 0);
    return new WorkerRecord(
        number,
        announcement.identity(),
        announcement.instance(),
        announcement.address(),
        announcement.slots(),
        announcement.host(),
        announcement.containment(),
        WorkerStanding.MEMBER,
        ImmutableList.of());
  }
}
