package io.procgrid.simulation;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.WorkerEffect;
import io.procgrid.worker.core.WorkerEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The way of one worker process's entries into its journal: in order, slow at times, failing at
 * times. A crash leaves any prefix of what was on its way, the last of it maybe torn.
 */
final class JournalDisk {
  private final World world;
  private final SimulatedProcess process;
  private final ModelJournal journal;
  private final HeadPromises promises;
  private final WorkerMachine machine;
  private final Consumer<WorkerEvent> events;
  private final Deque<WorkerEffect.Journal> queue = new ArrayDeque<>();

  JournalDisk(
      World world,
      SimulatedProcess process,
      WorkerMachine machine,
      HeadPromises promises,
      Consumer<WorkerEvent> events) {
    this.world = world;
    this.process = process;
    this.machine = machine;
    this.journal = machine.journal();
    this.promises = promises;
    this.events = events;
  }

  void submit(WorkerEffect.Journal effect) {
    queue.add(effect);
    if (queue.size() == 1) {
      process.later(world.diskMillis(), this::commit);
    }
  }

  private void commit() {
    Deque<WorkerEffect.Journal> group = new ArrayDeque<>(queue);
    queue.clear();
    for (WorkerEffect.Journal effect : group) {
      events.accept(append(effect));
    }
  }

  private WorkerEvent append(WorkerEffect.Journal effect) {
    JournalEntry entry = effect.entry();
    String objection = journal.objection(entry);
    if (!objection.isEmpty()) {
      return new WorkerEvent.JournalFailed(effect.ticket(), objection);
    }
    journal.note(entry);
    if (world.strikes(world.weather().journalFailures(), Fault.JOURNAL_FAILED)) {
      fail(entry);
      return new WorkerEvent.JournalFailed(effect.ticket(), "no space left");
    }
    write(entry);
    return new WorkerEvent.Journaled(effect.ticket());
  }

  private void write(JournalEntry entry) {
    if (!world.sabotage().isJournaled(entry)) {
      return;
    }
    if (entry instanceof JournalEntry.Forgotten(SegmentKey key)) {
      promises.forgetting(new Place(machine.identity(), key));
    }
    journal.write(entry);
  }

  /** Whether a failed entry will be found after all is not known. */
  private void fail(JournalEntry entry) {
    switch (world.chance().below(8)) {
      case 0 -> {
        write(entry);
        if (entry instanceof JournalEntry.Accepted accepted) {
          machine.unknownUntilRestart(accepted.segment());
        }
      }
      case 1 -> {
        if (entry instanceof JournalEntry.Tombstoned) {
          journal.tear(entry);
        }
      }
      default -> {}
    }
  }

  /**
   * What was on its way may have arrived, in order.
   *
   * @param tears once in how many crashes the last write is torn
   */
  void crash(int tears) {
    while (!queue.isEmpty() && world.chance().oneIn(2)) {
      JournalEntry entry = queue.remove().entry();
      if (journal.objection(entry).isEmpty()) {
        journal.note(entry);
        write(entry);
      }
    }
    if (!queue.isEmpty() && world.chance().oneIn(tears)) {
      JournalEntry entry = queue.remove().entry();
      if (journal.objection(entry).isEmpty()) {
        world.tally().met(Fault.JOURNAL_TORN);
        journal.tear(entry);
      }
    }
  }
}
