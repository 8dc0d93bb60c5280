package io.procgrid.worker.journal;

import io.procgrid.common.daemon.AtomicFile;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.worker.core.JournalEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries that become durable together: each file is synced once, however many entries it takes,
 * and so is the folder that names them. An entry that fails takes along those of the same segment
 * only.
 */
final class JournalGroup implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JournalGroup.class);

  private final Journal journal;
  private final Path segments;
  private final @Nullable String[] failures;
  private final Map<SegmentKey, RecordFile> files = new LinkedHashMap<>();
  private final Map<SegmentKey, List<Integer>> entriesOfFile = new HashMap<>();
  private final List<Integer> stateEntries = new ArrayList<>();
  private final Map<Integer, SegmentKey> forgotten = new LinkedHashMap<>();

  JournalGroup(Journal journal, int size) {
    this.journal = journal;
    this.segments = journal.segmentsDirectory();
    this.failures = new String[size];
  }

  void stage(int index, JournalEntry entry) {
    try {
      switch (entry) {
        case JournalEntry.OfWorker ofWorker -> stateEntries.add(index);
        case JournalEntry.Forgotten(SegmentKey segment) -> forgotten.put(index, segment);
        case JournalEntry.Accepted accepted -> {
          RecordFile file =
              RecordFile.create(
                  segments,
                  accepted.segment(),
                  accepted.epoch().counter(),
                  accepted.epoch().nonce(),
                  accepted.dispatchNumber(),
                  accepted.spec());
          use(accepted.segment(), file, index);
        }
        case JournalEntry.ProcessRecorded recorded ->
            write(index, recorded, Slot.PROCESS, journal.encode(recorded.process()));
        case JournalEntry.Tombstoned tombstoned -> {
          openForTombstone(tombstoned);
          write(index, tombstoned, Slot.TOMBSTONE, SlotCodec.encode(tombstoned.tombstone()));
        }
        case JournalEntry.Ended ended ->
            write(index, ended, Slot.END, SlotCodec.encode(ended.outcome()));
      }
      journal.note(entry);
    } catch (IOException | UncheckedIOException e) {
      failures[index] = e.getMessage();
    }
  }

  private void openForTombstone(JournalEntry.Tombstoned tombstoned) throws IOException {
    SegmentKey segment = tombstoned.segment();
    if (files.containsKey(segment)) {
      return;
    }
    try {
      files.put(segment, RecordFile.open(segments, segment));
    } catch (NoSuchFileException e) {
      // A kill of what never came here.
      files.put(
          segment, RecordFile.createForTombstone(segments, segment, tombstoned.epochCounter()));
    }
  }

  private void write(int index, JournalEntry.OfSegment entry, Slot slot, byte[] payload)
      throws IOException {
    RecordFile file = files.get(entry.segment());
    if (file == null) {
      file = RecordFile.open(segments, entry.segment());
    }
    use(entry.segment(), file, index);
    file.write(slot, payload);
  }

  private void use(SegmentKey segment, RecordFile file, int index) {
    files.put(segment, file);
    entriesOfFile.computeIfAbsent(segment, key -> new ArrayList<>()).add(index);
  }

  List<@Nullable String> commit() {
    syncFiles();
    saveState();
    forget();
    return Arrays.asList(failures);
  }

  private void syncFiles() {
    List<SegmentKey> named = new ArrayList<>();
    files.forEach((segment, file) -> {
      try {
        if (file.sync()) {
          named.add(segment);
        }
      } catch (IOException e) {
        fail(segment, file, e);
      }
    });
    if (named.isEmpty()) {
      return;
    }
    try {
      AtomicFile.syncDirectory(segments);
    } catch (IOException e) {
      named.forEach(segment -> fail(segment, files.get(segment), e));
    }
  }

  private void fail(SegmentKey segment, @Nullable RecordFile file, IOException cause) {
    for (int index : entriesOfFile.getOrDefault(segment, List.of())) {
      failures[index] = cause.getMessage();
    }
    try {
      if (file != null) {
        file.discard();
      }
    } catch (IOException e) {
      log.error("journal entry of segment {} failed and cannot be removed", segment, e);
    }
  }

  /** Also before anything is forgotten: the highest numbers must not go with it. */
  private void saveState() {
    if (stateEntries.isEmpty() && forgotten.isEmpty()) {
      return;
    }
    try {
      journal.save();
    } catch (IOException e) {
      stateEntries.forEach(index -> failures[index] = e.getMessage());
      forgotten.keySet().forEach(index -> failures[index] = e.getMessage());
      forgotten.clear();
    }
  }

  private void forget() {
    List<Path> gone = new ArrayList<>();
    forgotten.forEach((index, segment) -> {
      try {
        Path path = journal.folder(segment).path();
        Path target = segments.resolve(segment + Journal.GONE);
        DeletedTree.delete(target);
        if (Files.exists(path)) {
          Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
          gone.add(target);
        }
      } catch (IOException e) {
        failures[index] = e.getMessage();
      }
    });
    if (gone.isEmpty()) {
      return;
    }
    try {
      AtomicFile.syncDirectory(segments);
    } catch (IOException e) {
      forgotten.keySet().forEach(index -> failures[index] = e.getMessage());
    }
    for (Path path : gone) {
      try {
        DeletedTree.delete(path);
      } catch (IOException e) {
        log.warn("{} cannot be removed now; the next start tries again", path, e);
      }
    }
  }

  @Override
  public void close() {
    for (RecordFile file : files.values()) {
      try {
        file.close();
      } catch (IOException e) {
        log.warn("a record of the journal cannot be closed", e);
      }
    }
  }
}
