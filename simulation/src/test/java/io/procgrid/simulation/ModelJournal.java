package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.core.Recovered.Doubtful.Remedy;
import io.procgrid.worker.core.Tombstone;
import io.procgrid.worker.process.ProcessRecord;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the disk of a worker holds, by the rules of the real journal. */
final class ModelJournal {
  /** What it holds of one segment. */
  static final class Entry {
    boolean accepted;
    @Nullable SegmentSpec spec;
    long epochCounter;
    @Nullable Epoch epoch;
    long number;
    @Nullable ProcessRecord process;
    @Nullable Tombstone tombstone;
    @Nullable Outcome end;
    boolean damaged;

    /** The boot in which the damage was met; null while it has not been. */
    @Nullable String damagedIn;
  }

  /** About the worker as a whole. */
  private record State(
      @Nullable ClusterId cluster, @Nullable Epoch epoch, long dispatchNumber, long highestRunId) {
    State sawRun(long runId) {
      return new State(cluster, epoch, dispatchNumber, Math.max(highestRunId, runId));
    }

    State sawDispatch(Epoch of, long number) {
      return of.equals(epoch)
          ? new State(cluster, epoch, Math.max(dispatchNumber, number), highestRunId)
          : this;
    }
  }

  private final WorkerIdentity identity;
  private final TreeMap<SegmentKey, Entry> entries = new TreeMap<>();
  private State saved = new State(null, null, 0, 0);

  /** As the worker process knows it; saved with the next entry about the worker, or Forgotten. */
  private State noted = saved;

  ModelJournal(WorkerIdentity identity) {
    this.identity = identity;
  }

  @Nullable Entry find(SegmentKey key) {
    return entries.get(key);
  }

  Set<SegmentKey> segments() {
    return entries.keySet();
  }

  @Nullable ClusterId cluster() {
    return saved.cluster;
  }

  @Nullable Epoch epoch() {
    return saved.epoch;
  }

  /** The highest that it tells of, 0 before the first. */
  long highestRunId() {
    return entries.isEmpty()
        ? saved.highestRunId
        : Math.max(saved.highestRunId, entries.lastKey().runId());
  }

  /** The next worker process reads it. */
  Recovered open(ImmutableSet<String> bundles, String bootId) {
    noted = saved;
    ImmutableList.Builder<Recovered.Entry> read = ImmutableList.builder();
    entries.forEach((key, entry) -> {
      noted = noted.sawRun(key.runId());
      if (entry.epoch != null) {
        noted = noted.sawDispatch(entry.epoch, entry.number);
      }
      read.add(
          entry.damaged && entry.end == null ? doubtful(key, entry, bootId) : intact(key, entry));
    });
    saved = noted;
    return new Recovered(
        identity,
        saved.cluster,
        saved.epoch,
        saved.dispatchNumber,
        saved.highestRunId,
        read.build(),
        bundles);
  }

  private static Recovered.Intact intact(SegmentKey key, Entry entry) {
    return new Recovered.Intact(
        key,
        entry.epochCounter,
        entry.accepted,
        entry.accepted && entry.end == null ? entry.spec : null,
        entry.process,
        entry.tombstone,
        entry.end);
  }

  /** Its record is replaced by one that says since which boot nothing is known of it. */
  private static Recovered.Doubtful doubtful(SegmentKey key, Entry entry, String bootId) {
    if (entry.damagedIn == null) {
      entry.damagedIn = bootId;
      entry.process = null;
      entry.spec = null;
    }
    return new Recovered.Doubtful(
        key,
        entry.epochCounter,
        null,
        0,
        entry.tombstone,
        "its record is damaged",
        entry.damagedIn.equals(bootId) ? Remedy.KILL : Remedy.REBOOT);
  }

  /** Why the entry cannot be written at all; empty when it can. */
  String objection(JournalEntry entry) {
    return switch (entry) {
      case JournalEntry.ProcessRecorded(SegmentKey key, var _) -> unlessThere(key);
      case JournalEntry.Ended(SegmentKey key, var _) -> unlessThere(key);
      case JournalEntry.OfWorker _,
          JournalEntry.Accepted _,
          JournalEntry.Tombstoned _,
          JournalEntry.Forgotten _ ->
          "";
    };
  }

  private String unlessThere(SegmentKey key) {
    return entries.containsKey(key) ? "" : "no entry of " + key;
  }

  /** What the process knows although the entry may fail. */
  void note(JournalEntry entry) {
    noted =
        switch (entry) {
          case JournalEntry.ClusterJoined(ClusterId cluster) ->
              new State(cluster, noted.epoch, noted.dispatchNumber, noted.highestRunId);
          case JournalEntry.TermOpened(Epoch epoch) ->
              new State(
                  noted.cluster,
                  epoch,
                  epoch.equals(noted.epoch) ? noted.dispatchNumber : 0,
                  noted.highestRunId);
          case JournalEntry.Accepted accepted ->
              noted
                  .sawRun(accepted.segment().runId())
                  .sawDispatch(accepted.epoch(), accepted.dispatchNumber());
          case JournalEntry.OfSegment ofSegment -> noted.sawRun(ofSegment.segment().runId());
        };
  }

  void write(JournalEntry entry) {
    switch (entry) {
      case JournalEntry.OfWorker _ -> saved = noted;
      case JournalEntry.Accepted accepted -> {
        Entry fresh = new Entry();
        fresh.accepted = true;
        fresh.spec = accepted.spec();
        fresh.epoch = accepted.epoch();
        fresh.epochCounter = accepted.epoch().counter();
        fresh.number = accepted.dispatchNumber();
        entries.put(accepted.segment(), fresh);
      }
      case JournalEntry.ProcessRecorded(SegmentKey key, ProcessRecord process) ->
          require(key).process = process;
      case JournalEntry.Tombstoned tombstoned ->
          tombstone(tombstoned).tombstone = tombstoned.tombstone();
      case JournalEntry.Ended(SegmentKey key, Outcome outcome) -> require(key).end = outcome;
      case JournalEntry.Forgotten(SegmentKey key) -> {
        saved = noted;
        entries.remove(key);
      }
    }
  }

  /** A write that was cut short: that something was written there is known, not what. */
  void tear(JournalEntry entry) {
    switch (entry) {
      case JournalEntry.OfWorker _, JournalEntry.Accepted _, JournalEntry.Forgotten _ -> {}
      case JournalEntry.ProcessRecorded(SegmentKey key, var _) -> require(key).damaged = true;
      case JournalEntry.Tombstoned tombstoned -> {
        Entry torn = tombstone(tombstoned);
        torn.tombstone = new Tombstone(new KillFacts("", 0, "unknown, its record is damaged"));
      }
      case JournalEntry.Ended(SegmentKey key, var _) -> require(key).end = null;
    }
  }

  private Entry tombstone(JournalEntry.Tombstoned tombstoned) {
    return entries.computeIfAbsent(
        tombstoned.segment(),
        key -> {
          Entry fresh = new Entry();
          fresh.epochCounter = tombstoned.epochCounter();
          return fresh;
        });
  }

  private Entry require(SegmentKey key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      throw new IllegalStateException("no entry of " + key);
    }
    return entry;
  }
}
