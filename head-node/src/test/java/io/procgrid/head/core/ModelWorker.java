package io.procgrid.head.core;

import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The worker's side of the protocol by its rules, everything durable at once: what the head may
 * rely on, no more.
 */
final class ModelWorker {
  /** What the journal holds of a segment. */
  static final class Entry {
    boolean alive;
    @Nullable Outcome outcome;
    boolean olderEpoch;
  }

  final int number;
  final WorkerIdentity identity;
  WorkerInstance instance;
  final TreeMap<SegmentKey, Entry> journal = new TreeMap<>();

  /** How often a process of the segment began, for ever. */
  final Map<SegmentKey, Integer> began = new HashMap<>();

  private @Nullable Epoch epoch;
  private long accepted;
  private int instances;

  ModelWorker(int number) {
    this.number = number;
    this.identity = CoreDriver.identity(number);
    this.instance = new WorkerInstance("process-%d-0".formatted(number));
  }

  boolean admits(Epoch sender) {
    if (epoch != null && sender.isOlderThan(epoch)) {
      return false;
    }
    if (epoch == null || epoch.isOlderThan(sender)) {
      epoch = sender;
      accepted = 0;
      journal.values().forEach(entry -> entry.olderEpoch = true);
    }
    return true;
  }

  HeadEvent.StartAnswer.Decision start(SegmentKey key, long dispatchNumber) {
    Entry entry = journal.get(key);
    if (entry != null) {
      boolean tombstone =
          entry.outcome != null && entry.outcome.kind() == Outcome.Kind.NEVER_STARTED;
      return tombstone
          ? HeadEvent.StartAnswer.Decision.TOMBSTONE
          : HeadEvent.StartAnswer.Decision.ALREADY_ACCEPTED;
    }
    if (dispatchNumber <= accepted) {
      return HeadEvent.StartAnswer.Decision.STALE;
    }
    accepted = dispatchNumber;
    Entry started = new Entry();
    started.alive = true;
    journal.put(key, started);
    began.merge(key, 1, Integer::sum);
    return HeadEvent.StartAnswer.Decision.ACCEPTED;
  }

  Outcome kill(SegmentKey key, KillFacts facts) {
    Entry entry = journal.computeIfAbsent(key, k -> new Entry());
    if (entry.outcome == null) {
      Outcome.Kind kind = entry.alive ? Outcome.Kind.KILLED : Outcome.Kind.NEVER_STARTED;
      ExitStatus status = entry.alive ? new ExitStatus.Signalled(9) : null;
      entry.outcome = new Outcome(kind, status, "", entry.alive ? 1 : 0, 2, 1, facts);
      entry.alive = false;
    }
    return entry.outcome;
  }

  boolean forget(SegmentKey key, long lastDispatchNumber) {
    Entry entry = journal.get(key);
    if (entry == null) {
      return true;
    }
    if (entry.alive || !(entry.olderEpoch || accepted >= lastDispatchNumber)) {
      return false;
    }
    journal.remove(key);
    return true;
  }

  /** The process ends by itself. */
  void end(SegmentKey key, int code) {
    Entry entry = journal.get(key);
    if (entry != null && entry.alive) {
      entry.alive = false;
      entry.outcome =
          new Outcome(Outcome.Kind.ENDED, new ExitStatus.Exited(code), "", 1, 2, 0, null);
    }
  }

  void restart() {
    instances++;
    instance = new WorkerInstance("process-%d-%d".formatted(number, instances));
  }

  /** Processes are gone with the host. */
  void reboot() {
    restart();
    for (Entry entry : journal.values()) {
      if (entry.alive) {
        entry.alive = false;
        entry.outcome =
            new Outcome(
                Outcome.Kind.ENDED, new ExitStatus.Lost("host rebooted"), "", 1, 2, 0, null);
      }
    }
  }

  boolean isAlive(SegmentKey key) {
    Entry entry = journal.get(key);
    return entry != null && entry.alive;
  }
}
