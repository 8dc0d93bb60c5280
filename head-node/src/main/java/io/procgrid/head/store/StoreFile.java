package io.procgrid.head.store;

import io.procgrid.common.daemon.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import javax.sql.DataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The SQLite file and how it is opened: write-ahead log, so that readers and the writer do not wait
 * for each other; every commit synced to the disk.
 *
 * <p>The driver unpacks its native library into {@code java.io.tmpdir}, and leaves it there when
 * the process is killed: a daemon points that into its data folder.
 */
final class StoreFile {
  /** To be executed on each new connection for reading. */
  static final String READ_ONLY = "PRAGMA query_only = ON";

  // How long a statement waits while another process holds the lock.
  private static final int BUSY_MILLIS = 5_000;
  // What the log is cut down to after it grew.
  private static final int LOG_BYTES = 64 << 20;

  private final Path path;

  private StoreFile(Path path) {
    this.path = path;
  }

  /** {@code store/procgrid.db} of that folder, which is made when it is missing. */
  static StoreFile in(Path directory) throws StoreException {
    Path folder = directory.resolve("store");
    try {
      if (!Files.isDirectory(folder)) {
        // What callers passed to their runs is nobody else's business.
        Files.createDirectories(folder, ownerOnly(folder));
        AtomicFile.syncDirectory(directory);
      }
    } catch (IOException e) {
      throw new StoreException(
          "store %s: the folder cannot be made (%s); name a data folder that this user may write"
              .formatted(folder, e),
          e);
    }
    return new StoreFile(folder.resolve("procgrid.db"));
  }

  private static FileAttribute<?>[] ownerOnly(Path folder) {
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  Path path() {
    return path;
  }

  Diagnosis diagnosis() {
    return new Diagnosis(path);
  }

  /** Opens connections that may write. */
  DataSource forWriting() {
    SQLiteConfig config = config();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setJournalSizeLimit(LOG_BYTES);
    config.enforceForeignKeys(true);
    return source(config);
  }

  /** Opens connections for reading. {@link #READ_ONLY} makes them refuse everything else. */
  DataSource forReading() {
    return source(config());
  }

  private static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    return config;
  }

  private DataSource source(SQLiteConfig config) {
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + path);
    return source;
  }
}
