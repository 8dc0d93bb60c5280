package io.procgrid.head.store;

import com.google.common.base.Throwables;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Says in one line for the user what went wrong with the database: what, on which file, why, what
 * to do.
 */
final class Diagnosis {
  // https://www.sqlite.org/rescode.html: the low byte of a result code is the primary one.
  private static final int PRIMARY = 0xff;

  private final Path file;

  Diagnosis(Path file) {
    this.file = file;
  }

  /** Of whatever a library threw; the database's own error counts when there is one. */
  String of(Throwable failure) {
    for (Throwable cause : Throwables.getCausalChain(failure)) {
      if (cause instanceof SQLiteException fromDatabase) {
        return "store %s: %s".formatted(file, explain(fromDatabase));
      }
    }
    Throwable first = failure;
    for (Throwable cause : Throwables.getCausalChain(failure)) {
      if (cause instanceof SQLException) {
        first = cause;
      }
    }
    return "store %s: %s".formatted(file, oneLine(first));
  }

  /** Of something that is known already. */
  String of(String finding) {
    return "store %s: %s".formatted(file, finding);
  }

  /** Whether the database, or the disk it is on, has no room left. */
  static boolean isFull(SQLException failure) {
    return primaryCode(failure) == SQLiteErrorCode.SQLITE_FULL.code;
  }

  private static int primaryCode(SQLException failure) {
    return failure instanceof SQLiteException fromDatabase
        ? fromDatabase.getResultCode().code & PRIMARY
        : SQLiteErrorCode.SQLITE_OK.code;
  }

  private String explain(SQLiteException failure) {
    SQLiteErrorCode primary = SQLiteErrorCode.getErrorCode(primaryCode(failure));
    String detail = oneLine(failure);
    return switch (primary) {
      case SQLITE_FULL -> "no space left; free space on the disk of %s".formatted(file.getParent());
      case SQLITE_CORRUPT, SQLITE_NOTADB ->
          "damaged (%s); restore the folder %s from a backup".formatted(detail, file.getParent());
      case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH ->
          "cannot be written (%s); let the user of this process write the folder %s and its files"
              .formatted(detail, file.getParent());
      case SQLITE_BUSY, SQLITE_LOCKED ->
          "another process keeps it locked (%s); end what else uses the file".formatted(detail);
      case SQLITE_IOERR ->
          "the disk does not read or write (%s); check the disk of %s"
              .formatted(detail, file.getParent());
      case SQLITE_CONSTRAINT -> "contradicts what is stored (%s)".formatted(detail);
      case SQLITE_TOOBIG -> "a value is too large (%s); make it smaller".formatted(detail);
      default -> detail;
    };
  }

  private static String oneLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
