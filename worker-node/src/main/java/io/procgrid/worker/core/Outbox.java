package io.procgrid.worker.core;

import io.procgrid.common.loop.Core;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gathers the effects of a step, and keeps what the journal has not answered yet. */
final class Outbox {
  private static final long RETRY_MILLIS = 1_000;

  private record Retry(long atMillis, JournalEntry entry) {}

  private final Map<Long, JournalEntry> unanswered = new HashMap<>();
  private final Deque<Retry> retries = new ArrayDeque<>();
  private List<WorkerEffect> effects = new ArrayList<>();
  private long lastTicket;

  void add(WorkerEffect effect) {
    effects.add(effect);
  }

  void reply(long request, Answer answer) {
    effects.add(new WorkerEffect.Reply(request, answer));
  }

  void journal(JournalEntry entry) {
    long ticket = ++lastTicket;
    unanswered.put(ticket, entry);
    effects.add(new WorkerEffect.Journal(ticket, entry));
  }

  /** Journals the entry again in a while. */
  void retry(long nowMillis, JournalEntry entry) {
    retries.add(new Retry(nowMillis + RETRY_MILLIS, entry));
  }

  /** The entry that the journal answers with this ticket; asked once. */
  JournalEntry answered(long ticket) {
    JournalEntry entry = unanswered.remove(ticket);
    if (entry == null) {
      throw new IllegalStateException("journal answered ticket %d twice".formatted(ticket));
    }
    return entry;
  }

  void tick(long nowMillis) {
    for (Retry retry = retries.peek();
        retry != null && retry.atMillis <= nowMillis;
        retry = retries.peek()) {
      retries.remove();
      journal(retry.entry);
    }
  }

  long nextDeadline() {
    Retry retry = retries.peek();
    return retry == null ? Core.NO_DEADLINE : retry.atMillis;
  }

  List<WorkerEffect> drain() {
    List<WorkerEffect> drained = effects;
    effects = new ArrayList<>();
    return drained;
  }
}
