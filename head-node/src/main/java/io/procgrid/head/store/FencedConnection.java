package io.procgrid.head.store;

import io.procgrid.common.id.Epoch;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that a head writes through. Not thread-safe.
 *
 * <p>INVARIANT: every transaction checks, under the database's write lock, that the store's epoch
 * is this head's, by writing the number of the commit into the row that holds the epoch. So an old
 * head that wakes up commits nothing. The nonce alone tells whose the epoch is: every head draws
 * its own, while one head may raise its counter in the middle of its term.
 *
 * <p>A COMMIT that fails for want of space has left nothing behind: its last page, which makes the
 * others count, was not written. After any other failure, an I/O error first of all, SQLite takes
 * the transaction back in memory while the log on the disk may hold all of it, and a recovery from
 * that log after a crash would bring it to life. It is settled by one more commit that succeeds:
 * that one takes the place of the other in the log, and the commit number that it found tells
 * whether the other took place.
 */
final class FencedConnection implements AutoCloseable {
  /** What is to be done within a transaction. */
  interface Work {
    void writeTo(Session session) throws SQLException;
  }

  /** A connection and what is prepared on it. */
  record Session(Connection connection, Statements statements, MutationWriter mutations) {}

  private static final Logger LOG = LoggerFactory.getLogger(FencedConnection.class);

  private final DataSource source;
  private final Diagnosis diagnosis;
  private final Epoch epoch;
  private long lastCommit;
  private @Nullable Session session;

  /**
   * @param lastCommit number of the store's latest commit
   */
  FencedConnection(DataSource source, Diagnosis diagnosis, Epoch epoch, long lastCommit) {
    this.source = source;
    this.diagnosis = diagnosis;
    this.epoch = epoch;
    this.lastCommit = lastCommit;
  }

  /** Does the work in one transaction. */
  Attempt attempt(Work work) {
    Session begun;
    try {
      begun = begin();
    } catch (SQLException e) {
      rollBack();
      return new Attempt.NotStored(diagnosis.of(e), false);
    }
    long commit = ++lastCommit;
    try {
      int fenced =
          begun.statements.update(
              "UPDATE cluster SET latest_commit = ? WHERE epoch_nonce = ?", commit, epoch.nonce());
      if (fenced == 0) {
        return superseded(begun);
      }
      work.writeTo(begun);
    } catch (SQLException e) {
      rollBack();
      return new Attempt.NotStored(diagnosis.of(e), true);
    } catch (RuntimeException e) {
      rollBack();
      LOG.error("A mutation could not be written", e);
      return new Attempt.NotStored(diagnosis.of(e), true);
    }
    return commit(begun, commit);
  }

  /** Finds out what became of a commit, and makes it final. Unknown again when that failed. */
  Attempt settle(Attempt.Unknown unknown) {
    boolean tookPlace;
    try {
      Session begun = begin();
      tookPlace = latestCommit(begun) == unknown.commit();
      int fenced =
          begun.statements.update(
              "UPDATE cluster SET settlements = settlements + 1 WHERE epoch_nonce = ?",
              epoch.nonce());
      if (fenced == 0) {
        return superseded(begun);
      }
      begun.statements.update("COMMIT");
    } catch (SQLException e) {
      rollBack();
      return new Attempt.Unknown(unknown.commit(), diagnosis.of(e));
    }
    return tookPlace ? new Attempt.Stored() : new Attempt.NotStored(unknown.reason(), true);
  }

  private Attempt commit(Session begun, long commit) {
    try {
      begun.statements.update("COMMIT");
      return new Attempt.Stored();
    } catch (SQLException e) {
      rollBack();
      return Diagnosis.isFull(e)
          ? new Attempt.NotStored(diagnosis.of(e), true)
          : new Attempt.Unknown(commit, diagnosis.of(e));
    }
  }

  private Session begin() throws SQLException {
    Session current = session;
    if (current == null) {
      Connection connection = source.getConnection();
      Statements statements = new Statements(connection);
      current = new Session(connection, statements, new MutationWriter(statements));
      session = current;
    }
    // The write lock from the start: a transaction that begins by reading may not get it later.
    current.statements.update("BEGIN IMMEDIATE");
    return current;
  }

  private Attempt superseded(Session begun) throws SQLException {
    try (Statement statement = begun.connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT epoch_counter FROM cluster")) {
      long now = row.next() ? row.getLong(1) : 0;
      return new Attempt.Superseded(
          diagnosis.of(
              "another head took over: the epoch is %d now and was %d for this head, which stops"
                  .formatted(now, epoch.counter())));
    } finally {
      rollBack();
    }
  }

  private static long latestCommit(Session begun) throws SQLException {
    try (Statement statement = begun.connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT latest_commit FROM cluster")) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /** Leaves no transaction open. A connection on which that fails is given up. */
  private void rollBack() {
    if (session == null) {
      return;
    }
    try {
      session.statements.update("ROLLBACK");
    } catch (SQLException e) {
      // SQLite has rolled back by itself after a full disk and some I/O errors.
      String message = e.getMessage();
      if (message == null || !message.contains("no transaction is active")) {
        LOG.warn("Gives up a connection: {}", diagnosis.of(e));
        close();
      }
    }
  }

  @Override
  public void close() {
    Session closing = session;
    session = null;
    if (closing == null) {
      return;
    }
    try {
      closing.connection.close();
    } catch (SQLException e) {
      LOG.warn("A connection could not be closed: {}", diagnosis.of(e));
    }
  }
}
