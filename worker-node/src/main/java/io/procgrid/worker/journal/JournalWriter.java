package io.procgrid.worker.journal;

import com.google.common.util.concurrent.Uninterruptibles;
import io.procgrid.worker.core.JournalEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes the journal on a thread of its own. What gathers while a group is on its way to the disk
 * makes up the next one. Answers come in the order of the entries.
 */
public final class JournalWriter implements AutoCloseable {
  private static final int GROUP = 1_000;

  /** Told what became of each entry, on the writer's thread. */
  public interface Listener {
    /** The entry is durable. */
    void journaled(long ticket);

    /** The entry is not durable; the reason is for people. */
    void failed(long ticket, String reason);

    /** The writer met an error of the program and has stopped. */
    void broken(Throwable cause);
  }

  private sealed interface Work {
    record Entry(long ticket, JournalEntry entry) implements Work {}

    record Stop() implements Work {}
  }

  private final Journal journal;
  private final Listener listener;
  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final Thread thread;

  public JournalWriter(Journal journal, Listener listener) {
    this.journal = journal;
    this.listener = listener;
    this.thread = Thread.ofPlatform().name("journal").daemon(true).unstarted(this::run);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** Queues an entry; never blocks. */
  public void submit(long ticket, JournalEntry entry) {
    queue.add(new Work.Entry(ticket, entry));
  }

  private void run() {
    try {
      List<Work> taken = new ArrayList<>();
      while (true) {
        taken.add(queue.take());
        queue.drainTo(taken, GROUP - 1);
        List<Work.Entry> group = new ArrayList<>();
        boolean stop = false;
        for (Work work : taken) {
          switch (work) {
            case Work.Entry entry -> group.add(entry);
            case Work.Stop last -> stop = true;
          }
        }
        taken.clear();
        write(group);
        if (stop) {
          return;
        }
      }
    } catch (Throwable e) {
      listener.broken(e);
    }
  }

  private void write(List<Work.Entry> group) {
    if (group.isEmpty()) {
      return;
    }
    List<@Nullable String> failures =
        journal.append(group.stream().map(Work.Entry::entry).toList());
    for (int i = 0; i < group.size(); i++) {
      String failure = failures.get(i);
      if (failure == null) {
        listener.journaled(group.get(i).ticket());
      } else {
        listener.failed(group.get(i).ticket(), failure);
      }
    }
  }

  /** Writes what is queued, then ends. */
  @Override
  public void close() {
    queue.add(new Work.Stop());
    Uninterruptibles.joinUninterruptibly(thread);
  }
}
