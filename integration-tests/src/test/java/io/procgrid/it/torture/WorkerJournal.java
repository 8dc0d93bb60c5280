package io.procgrid.it.torture;

import io.procgrid.it.TestCluster;
import io.procgrid.it.Waiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The journal of a worker on the disk, to be damaged while the worker is away. */
final class WorkerJournal {
  /** Bytes of a slot of a record, of which the second holds the process. */
  static final int SLOT = 4096;

  private final Path folder;

  private WorkerJournal(Path folder) {
    this.folder = folder;
  }

  static WorkerJournal of(TestCluster cluster, int worker) {
    return new WorkerJournal(cluster.dataDir().resolve("worker-" + worker));
  }

  Path folder() {
    return folder;
  }

  Path state() {
    return folder.resolve("worker.state");
  }

  /** The folders of the segments. */
  List<Path> segments() {
    try (Stream<Path> folders = Files.list(folder.resolve("journal"))) {
      return folders.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of the one segment whose process is recorded. */
  Path running() {
    return Waiting.until(this::segments, folders -> folders.size() == 1).getFirst();
  }

  /** Removes the folder of a segment. */
  static void remove(Path segment) throws IOException {
    try (Stream<Path> files = Files.walk(segment)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Writes over a part of a record. */
  static void damage(Path segment, long position, byte[] bytes) {
    try (RandomAccessFile file = new RandomAccessFile(segment.resolve("record").toFile(), "rw")) {
      file.seek(position);
      file.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
