package io.procgrid.head;

import io.procgrid.common.daemon.DaemonLock;
import io.procgrid.common.daemon.PidFile;
import io.procgrid.common.rpc.ClusterSecret;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The head's data directory while this process owns it: locked, with its pid beside the lock, and
 * free of what an earlier process left behind.
 */
final class DataDirectory implements AutoCloseable {
  private static final String NAME = "head";

  private final Path path;
  private final DaemonLock lock;

  private DataDirectory(Path path, DaemonLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Takes the directory, made first when it is not there. */
  static DataDirectory take(Path path) throws StartException {
    Path lockFile = path.resolve(NAME + ".lock");
    try {
      Files.createDirectories(path);
      DaemonLock lock = DaemonLock.tryAcquire(lockFile);
      if (lock == null) {
        throw new StartException(
            "%s is held: a head already runs on this data directory; stop it, or choose another --data-dir"
                .formatted(lockFile));
      }
      PidFile.write(path, NAME);
      emptyTemporaryFolder(path);
      return new DataDirectory(path, lock);
    } catch (IOException e) {
      throw new StartException(
          "data-dir=%s: cannot be used (%s); name a folder that this user can write"
              .formatted(path, e));
    }
  }

  /**
   * The SQLite and Netty libraries unpack native code into the temporary folder, and leave it there
   * when the process is killed. Only a folder inside the data directory is ours alone.
   */
  private static void emptyTemporaryFolder(Path dataDir) throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath().normalize();
    if (!temporary.startsWith(dataDir) || temporary.equals(dataDir)) {
      return;
    }
    Files.createDirectories(temporary);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(temporary)) {
      for (Path entry : entries) {
        if (Files.isRegularFile(entry)) {
          Files.delete(entry);
        }
      }
    }
  }

  Path path() {
    return path;
  }

  /** The cluster's secret, made first when it is not there. */
  ClusterSecret secret() throws StartException {
    Path file = path.resolve("cluster.secret");
    try {
      return ClusterSecret.readOrCreate(file);
    } catch (IOException e) {
      throw new StartException("the cluster's secret cannot be used: " + e.getMessage());
    }
  }

  /** Gives the directory to whoever comes next. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
