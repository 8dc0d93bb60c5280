package io.procgrid.worker.journal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.procgrid.common.daemon.AtomicFile;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.ExitStatus;
import io.procgrid.common.run.Outcome;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.Recovered;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must survive a restart of the worker: {@code worker.state} and a folder per segment in
 * {@code journal/}.
 *
 * <p>Folders whose names end in {@code .new} are incomplete, in {@code .gone} forgotten: both are
 * removed at the next start. One thread at a time.
 */
public final class Journal {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  /** Ends the name of a folder that is forgotten. */
  static final String GONE = ".gone";

  private final Path directory;
  private final Path stateFile;
  private final Path segments;
  private WorkerState state;
  private WorkerState savedState;

  private Journal(Path directory, WorkerState state) {
    this.directory = directory;
    this.stateFile = stateFile(directory);
    this.segments = directory.resolve("journal");
    this.state = state;
    this.savedState = state;
  }

  /** A journal, and what it held when it was opened. */
  public record Opened(Journal journal, Recovered recovered) {}

  /**
   * Opens the journal in a folder, made first when there is none.
   *
   * @param directory folder of the worker; exists
   * @param bootId boot of the host; empty off Linux
   * @param newIdentity draws the identity of a new journal
   * @param bundles content hashes of the files that are there
   */
  public static Opened open(
      Path directory,
      String bootId,
      Supplier<WorkerIdentity> newIdentity,
      ImmutableSet<String> bundles)
      throws IOException, JournalException {
    WorkerState state = firstState(directory, bootId, newIdentity);
    Journal journal = new Journal(directory, state);
    boolean rebooted =
        !state.bootId().isEmpty() && !bootId.isEmpty() && !state.bootId().equals(bootId);
    ImmutableList<Recovered.Entry> entries = journal.load(rebooted);
    journal.state = journal.state.withBoot(bootId);
    journal.save();
    return new Opened(journal, journal.recovered(entries, bundles));
  }

  private static WorkerState firstState(
      Path directory, String bootId, Supplier<WorkerIdentity> newIdentity)
      throws IOException, JournalException {
    Path file = stateFile(directory);
    Path segments = directory.resolve("journal");
    if (Files.exists(file)) {
      WorkerState state = WorkerState.read(file);
      Files.createDirectories(segments);
      return state;
    }
    if (Files.exists(segments)) {
      throw new JournalException(
          "%s is missing although %s is there: restore it, or move the folder away to begin with a new identity"
              .formatted(file, segments));
    }
    WorkerState state = WorkerState.fresh(newIdentity.get(), bootId);
    state.write(file);
    Files.createDirectory(segments);
    AtomicFile.syncDirectory(directory);
    return state;
  }

  private static Path stateFile(Path directory) {
    return directory.resolve("worker.state");
  }

  /** The folder of a segment, there or not. */
  public SegmentFolder folder(SegmentKey segment) {
    return SegmentFolder.of(segments, segment);
  }

  /** The identity of this journal. */
  public WorkerIdentity identity() {
    return new WorkerIdentity(state.identity());
  }

  // ---- Reading ----

  private ImmutableList<Recovered.Entry> load(boolean rebooted) throws IOException {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(segments)) {
      stream.forEach(folders::add);
    }
    ImmutableList.Builder<Recovered.Entry> entries = ImmutableList.builder();
    for (Path path : folders) {
      String name = String.valueOf(path.getFileName());
      if (name.endsWith(RecordFile.DRAFT) || name.endsWith(GONE)) {
        DeletedTree.delete(path);
        continue;
      }
      SegmentKey key = SegmentFolder.keyOf(name).orElse(null);
      if (key == null) {
        log.warn("{} is no entry of the journal and is left alone", path);
        continue;
      }
      entries.add(load(key, new SegmentFolder(path), rebooted));
    }
    return entries.build();
  }

  private Recovered.Entry load(SegmentKey key, SegmentFolder folder, boolean rebooted)
      throws IOException {
    state = state.sawRun(key.runId());
    JournalReader.Read read = JournalReader.read(key, folder);
    Acceptance acceptance = read.acceptance();
    if (acceptance != null) {
      state =
          state.sawDispatch(
              acceptance.epochCounter(), acceptance.epochNonce(), acceptance.dispatchNumber());
    }
    return switch (read.entry()) {
      case Recovered.Intact intact -> intact;
      case Recovered.Damaged damaged -> rebooted ? replaceDamaged(key, folder) : damaged;
    };
  }

  /** Whatever it was, it did not survive the reboot: that is proven, and all that is known. */
  private Recovered.Entry replaceDamaged(SegmentKey key, SegmentFolder folder) throws IOException {
    Path aside = Files.createDirectories(directory.resolve("set-aside"));
    Path target = aside.resolve(key + "-" + System.currentTimeMillis());
    Files.move(folder.path(), target, StandardCopyOption.ATOMIC_MOVE);
    log.error("segment {}: its damaged journal entry is set aside in {}", key, target);
    Outcome outcome =
        new Outcome(
            Outcome.Kind.ENDED,
            new ExitStatus.Lost(
                "exit status lost: its journal entry was damaged, and the host rebooted since: nothing of it is alive"),
            "",
            0,
            System.currentTimeMillis(),
            0,
            null);
    try (RecordFile file = RecordFile.createForTombstone(segments, key, 0)) {
      file.write(Slot.END, SlotCodec.encode(outcome));
      file.sync();
    }
    AtomicFile.syncDirectory(segments);
    return new Recovered.Intact(key, 0, true, null, null, null, outcome);
  }

  private Recovered recovered(
      ImmutableList<Recovered.Entry> entries, ImmutableSet<String> bundles) {
    return new Recovered(
        identity(),
        state.cluster(),
        state.epoch(),
        state.dispatchNumber(),
        state.highestRunId(),
        entries,
        bundles);
  }

  // ---- Writing ----

  /**
   * Makes entries durable together.
   *
   * @return per entry, in their order, null or why it is not durable
   */
  List<@Nullable String> append(List<JournalEntry> entries) {
    try (JournalGroup group = new JournalGroup(this, entries.size())) {
      for (int i = 0; i < entries.size(); i++) {
        group.stage(i, entries.get(i));
      }
      return group.commit();
    }
  }

  Path segmentsDirectory() {
    return segments;
  }

  /** Takes up what the state file is to say at the next {@link #save()}. */
  void note(JournalEntry entry) {
    state =
        switch (entry) {
          case JournalEntry.ClusterJoined joined -> state.withCluster(joined.clusterId());
          case JournalEntry.TermOpened opened -> state.withEpoch(opened.epoch());
          case JournalEntry.Accepted accepted ->
              state
                  .sawRun(accepted.segment().runId())
                  .sawDispatch(
                      accepted.epoch().counter(),
                      accepted.epoch().nonce(),
                      accepted.dispatchNumber());
          case JournalEntry.OfSegment ofSegment -> state.sawRun(ofSegment.segment().runId());
        };
  }

  /** Makes the state durable when it changed. */
  void save() throws IOException {
    if (!state.equals(savedState)) {
      state.write(stateFile);
      savedState = state;
    }
  }
}
