package io.procgrid.it.soak;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What processes said of their exit status just before they had it: a file each, named
 * RUN.SEGMENT.PID, that holds the status. Files are taken out once they are read.
 */
final class ExitLedger {
  /** No file yet; a file under this name is being written. */
  private static final String UNFINISHED = "new.";

  /** A process of the segment that was seen to have said its status. */
  static final class Entry {
    private final String segment;
    private final int code;
    private volatile long goneBy = Long.MAX_VALUE;

    Entry(String segment, int code) {
      this.segment = segment;
      this.code = code;
    }

    /** Data segment id. */
    String segment() {
      return segment;
    }

    /** The exit status that it was about to have. */
    int code() {
      return code;
    }

    /**
     * When, of {@link System#nanoTime}, no process of the run was left; the end of time when that
     * was not seen.
     */
    long goneBy() {
      return goneBy;
    }
  }

  private final Path folder;
  private final Map<Long, List<Entry>> entries = new ConcurrentHashMap<>();

  /** Those of whom it is not known yet since when they are gone. */
  private final Set<Long> lately = ConcurrentHashMap.newKeySet();

  /**
   * The ledger in a folder.
   *
   * @param folder exists
   */
  ExitLedger(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** Takes in what was written since. */
  synchronized void read() {
    String[] names = folder.toFile().list((File in, String name) -> !name.startsWith(UNFINISHED));
    if (names == null) {
      throw new UncheckedIOException(new IOException("cannot list " + folder));
    }
    for (String name : names) {
      take(name);
    }
  }

  /** Says that of these runs, and no others, something was alive just now. */
  synchronized void seenAlive(Set<Long> runs) {
    long now = System.nanoTime();
    lately.removeIf(run -> {
      if (runs.contains(run)) {
        return false;
      }
      of(run).forEach(entry -> entry.goneBy = Math.min(entry.goneBy, now));
      return true;
    });
  }

  /** What processes of the run said, in the order in which it was found. */
  synchronized List<Entry> of(long run) {
    return List.copyOf(entries.getOrDefault(run, List.of()));
  }

  /** Nobody will ask for this run any more. */
  synchronized void forget(long run) {
    entries.remove(run);
    lately.remove(run);
  }

  private void take(String name) {
    int first = name.indexOf('.');
    int second = name.indexOf('.', first + 1);
    long run = Long.parseLong(name.substring(0, first));
    try {
      Path file = folder.resolve(name);
      int code = Integer.parseInt(Files.readString(file));
      Files.delete(file);
      entries
          .computeIfAbsent(run, key -> new ArrayList<>())
          .add(new Entry(name.substring(first + 1, second), code));
      lately.add(run);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot take in " + name, e);
    }
  }
}
