package io.procgrid.worker.journal;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.core.Recovered.Doubtful.Remedy;
import io.procgrid.worker.core.Tombstone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads the entries of the journal when a worker starts, and judges what each of them proves there.
 * A damaged record is set aside and replaced by one that says so: its damage is met once, and a
 * kill of the segment, or its end, has a place to be written to.
 */
final class EntryLoader {
  private final JournalReader reader;
  private final SetAside setAside;
  private final HostStamp here;
  private final HostStamp before;

  /** An entry, with what only the journal needs of it. */
  record Loaded(Recovered.Entry entry, Acceptance acceptance) {}

  /**
   * Loads on this host.
   *
   * @param before where the worker ran at its start before this one
   */
  EntryLoader(SetAside setAside, HostStamp here, HostStamp before) {
    this.reader = new JournalReader(here);
    this.setAside = setAside;
    this.here = here;
    this.before = before;
  }

  Loaded load(SegmentKey segment, SegmentFolder folder) throws IOException, JournalException {
    JournalReader.Read read = reader.read(segment, folder);
    String damage = read.damage();
    Acceptance acceptance = read.acceptance();
    if (damage != null) {
      acceptance = replace(segment, folder, read, damage);
    }
    if (acceptance == null) {
      throw new IllegalStateException("record of segment " + segment + " without its first slot");
    }
    return new Loaded(entry(segment, folder, acceptance, read), acceptance);
  }

  /** The entry of a segment that is found on this host, and is not in the journal. */
  static Recovered.Entry missing(Path journal, SegmentKey segment, HostStamp here)
      throws IOException {
    Damage damage = new Damage("its journal entry is missing", here);
    try (RecordFile file = RecordFile.createForLost(journal, segment, damage)) {
      file.sync();
    }
    return new Recovered.Doubtful(segment, 0, null, 0, null, damage.reason(), Remedy.KILL);
  }

  private Acceptance replace(
      SegmentKey segment, SegmentFolder folder, JournalReader.Read read, String reason)
      throws IOException {
    setAside.keep(segment, folder, reason);
    PlacedProcess process = read.process();
    Tombstone tombstone = read.tombstone();
    Map<Slot, byte[]> slots = new EnumMap<>(Slot.class);
    if (process != null) {
      slots.put(Slot.PROCESS, SlotCodec.encode(process));
    }
    if (tombstone != null) {
      slots.put(Slot.TOMBSTONE, SlotCodec.encode(tombstone));
    }
    HostStamp host = process == null ? before : process.host();
    Acceptance acceptance = Acceptance.ofDamaged(read.acceptance(), new Damage(reason, host));
    RecordFile.replace(folder, acceptance, slots);
    Files.deleteIfExists(folder.spec());
    return acceptance;
  }

  private Recovered.Entry entry(
      SegmentKey segment, SegmentFolder folder, Acceptance acceptance, JournalReader.Read read)
      throws IOException {
    PlacedProcess placed = read.process();
    Damage damage = acceptance.damage();
    Recovered.Intact intact =
        new Recovered.Intact(
            segment,
            acceptance.epochCounter(),
            acceptance.accepted(),
            read.spec(),
            placed == null ? null : placed.process(),
            read.tombstone(),
            read.outcome());
    HostStamp host = placed != null ? placed.host() : damage != null ? damage.host() : null;
    if (read.outcome() != null || host == null) {
      return intact;
    }
    long start = startOf(folder, placed);
    return switch (host.seenFrom(here)) {
      case HERE -> damage == null ? intact : doubtful(intact, start, damage.reason(), Remedy.KILL);
      case REBOOTED ->
          damage == null ? intact : doubtful(intact, start, damage.reason(), Remedy.REBOOT);
      case OTHER_MACHINE ->
          doubtful(
              intact,
              start,
              "it was placed on %s; whether it lives can be proven only there"
                  .formatted(host.machine()),
              Remedy.NONE);
      case OTHER_NAMESPACE ->
          doubtful(
              intact,
              start,
              "it was placed from another pid namespace of this host (%s), where its worker ran"
                  .formatted(host.pidNamespace()),
              placed == null ? Remedy.NONE : Remedy.WATCH);
    };
  }

  private static Recovered.Doubtful doubtful(
      Recovered.Intact entry, long startedAtMillis, String reason, Remedy remedy) {
    return new Recovered.Doubtful(
        entry.segment(),
        entry.epochCounter(),
        entry.process(),
        startedAtMillis,
        entry.tombstone(),
        reason,
        remedy);
  }

  /** The first process opens the file of its output. */
  private static long startOf(SegmentFolder folder, @Nullable PlacedProcess placed)
      throws IOException {
    if (placed != null) {
      return placed.process().startedAtMillis();
    }
    return Files.exists(folder.stdout())
        ? Files.readAttributes(folder.stdout(), BasicFileAttributes.class).creationTime().toMillis()
        : 0;
  }
}
