package io.procgrid.worker.journal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.procgrid.common.daemon.AtomicFile;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.worker.core.JournalEntry;
import io.procgrid.worker.core.Recovered;
import io.procgrid.worker.process.Ground;
import io.procgrid.worker.process.ProcessRecord;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must survive a restart of the worker: {@code worker.state} and a folder per segment in
 * {@code journal/}. What is damaged goes to {@code set-aside/}.
 *
 * <p>Folders whose names end in {@code .new} are incomplete, in {@code .gone} forgotten: both are
 * removed at the next start. One thread at a time.
 */
public final class Journal {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  /** Ends the name of a folder that is forgotten. */
  static final String GONE = ".gone";

  private static final String SEGMENTS = "journal";

  private final StateFile stateFile;
  private final Path segments;
  private final HostStamp here;
  private WorkerState state;
  private WorkerState savedState;

  private Journal(Path directory, StateFile stateFile, WorkerState state, HostStamp here) {
    this.stateFile = stateFile;
    this.segments = directory.resolve(SEGMENTS);
    this.here = here;
    this.state = state;
    this.savedState = state;
  }

  /** A journal, and what it held when it was opened. */
  public record Opened(Journal journal, Recovered recovered) {
    /**
     * From now on the worker may put processes there. To be called before the first one.
     *
     * @throws IOException it could not be made durable
     */
    public void use(Ground ground) throws IOException {
      journal.state = journal.state.withGround(ground);
      journal.save();
    }

    /**
     * Takes in segments of which something lives on this host and the journal does not say so: it
     * has no entry of them, or one by which no process was ever let go. They are told as damaged.
     *
     * @throws IOException it could not be made durable
     */
    public Opened with(Set<SegmentKey> strays) throws IOException {
      Map<SegmentKey, Recovered.Entry> entries = new LinkedHashMap<>();
      recovered.segments().forEach(entry -> entries.put(entry.segment(), entry));
      for (SegmentKey stray : strays) {
        entries.put(stray, journal.takeIn(stray, entries.get(stray)));
      }
      journal.save();
      return new Opened(journal, journal.recovered(entries.values(), recovered.bundles()));
    }
  }

  /**
   * Opens the journal in a folder, made first when there is none.
   *
   * @param directory folder of the worker; exists
   * @param here the host
   * @param newIdentity draws the identity of a new journal
   * @param bundles content hashes of the files that are there
   */
  public static Opened open(
      Path directory,
      HostStamp here,
      Supplier<WorkerIdentity> newIdentity,
      ImmutableSet<String> bundles)
      throws IOException, JournalException {
    StateFile stateFile = new StateFile(directory);
    WorkerState state = firstState(directory, stateFile, here, newIdentity);
    Journal journal = new Journal(directory, stateFile, state, here);
    SetAside setAside = new SetAside(directory, InstantSource.system());
    List<Recovered.Entry> entries = journal.load(new EntryLoader(setAside, here, state.host()));
    journal.state = journal.state.startedOn(here);
    journal.save();
    return new Opened(journal, journal.recovered(entries, bundles));
  }

  private static WorkerState firstState(
      Path directory, StateFile file, HostStamp here, Supplier<WorkerIdentity> newIdentity)
      throws IOException, JournalException {
    Path segments = directory.resolve(SEGMENTS);
    if (file.exists()) {
      WorkerState state = file.read();
      Files.createDirectories(segments);
      return state;
    }
    if (Files.exists(segments)) {
      throw new JournalException(
          "%s is missing although %s is there: restore it, or move the folder away to begin with a new identity"
              .formatted(file.path(), segments));
    }
    WorkerState state = WorkerState.fresh(newIdentity.get(), here);
    file.write(state);
    Files.createDirectory(segments);
    AtomicFile.syncDirectory(directory);
    return state;
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

  private List<Recovered.Entry> load(EntryLoader loader) throws IOException, JournalException {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(segments)) {
      stream.forEach(folders::add);
    }
    List<Recovered.Entry> entries = new ArrayList<>();
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
      EntryLoader.Loaded loaded = loader.load(key, new SegmentFolder(path));
      Acceptance acceptance = loaded.acceptance();
      state =
          state
              .sawRun(key.runId())
              .sawDispatch(
                  acceptance.epochCounter(), acceptance.epochNonce(), acceptance.dispatchNumber());
      entries.add(loaded.entry());
    }
    return entries;
  }

  private Recovered.Entry takeIn(SegmentKey stray, Recovered.@Nullable Entry known)
      throws IOException {
    state = state.sawRun(stray.runId());
    return switch (known) {
      case null -> {
        log.error("segment {} is found on this host without a journal entry", stray);
        yield EntryLoader.missing(segments, stray, here);
      }
      case Recovered.Doubtful doubtful -> doubtful;
      case Recovered.Intact intact when intact.outcome() != null || intact.process() != null -> {
        log.warn(
            "segment {} has a place on this host, apart from that of its process, in which something lives: look at it",
            stray);
        yield intact;
      }
      case Recovered.Intact intact -> {
        log.error("segment {} is found on this host, but its entry names no process", stray);
        yield new Recovered.Doubtful(
            stray,
            intact.epochCounter(),
            null,
            0,
            intact.tombstone(),
            "its entry names no process, yet one is there",
            Recovered.Doubtful.Remedy.KILL);
      }
    };
  }

  private Recovered recovered(Collection<Recovered.Entry> entries, ImmutableSet<String> bundles) {
    return new Recovered(
        identity(),
        state.cluster(),
        state.epoch(),
        state.dispatchNumber(),
        state.highestRunId(),
        ImmutableList.copyOf(entries),
        bundles);
  }

  /** The grounds where processes of this boot may be, known before this start. */
  public Set<Ground> grounds() {
    return state.grounds();
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

  /** What the record of a process says: it was started here. */
  byte[] encode(ProcessRecord process) {
    return SlotCodec.encode(new PlacedProcess(process, here));
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
      stateFile.write(state);
      savedState = state;
    }
  }
}
