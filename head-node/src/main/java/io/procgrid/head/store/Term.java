package io.procgrid.head.store;

import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * A head's term on the store, begun and counted when the store is opened.
 *
 * @param clusterStart number of the latest cluster start, which may be this one
 * @param latestCommit number of the latest commit before the term
 */
record Term(
    ClusterId clusterId, Epoch epoch, long clusterStart, long nextRunId, long latestCommit) {

  /** What the cluster's row says of the term before. */
  private record Former(Term term, String bootId, boolean orderedStop) {
    static Former read(ResultSet row, StatementContext context) throws SQLException {
      Term term =
          new Term(
              new ClusterId(row.getString("cluster_id")),
              new Epoch(row.getLong("epoch_counter"), row.getString("epoch_nonce")),
              row.getLong("cluster_start"),
              row.getLong("next_run_id"),
              row.getLong("latest_commit"));
      return new Former(term, row.getString("boot_id"), row.getInt("ordered_stop") == 1);
    }

    /** A boot id that is not known, then or now, tells nothing. */
    boolean hasRebooted(String bootIdNow) {
      return !bootId.isEmpty() && !bootIdNow.isEmpty() && !bootId.equals(bootIdNow);
    }
  }

  /**
   * Begins a term, in the transaction that the handle is in. It is a cluster start when the store
   * is new, when the head before stopped in order, or when the host was booted since.
   *
   * @param bootId boot of this host; empty where it is not known
   * @param leastCounter the epoch gets at least this counter
   */
  static Term begin(Handle handle, String bootId, long leastCounter) {
    Optional<Former> former =
        handle.createQuery("SELECT * FROM cluster").map(Former::read).findOne();
    if (former.isEmpty()) {
      return create(handle, bootId, leastCounter);
    }
    return succeed(handle, former.get(), bootId, leastCounter);
  }

  private static Term create(Handle handle, String bootId, long leastCounter) {
    Term term =
        new Term(new ClusterId(random()), new Epoch(Math.max(1, leastCounter), random()), 1, 1, 0);
    handle.execute(
        """
        INSERT INTO cluster (only_row, cluster_id, epoch_counter, epoch_nonce, cluster_start,
          boot_id, ordered_stop, next_run_id, latest_commit, settlements)
        VALUES (1, ?, ?, ?, ?, ?, 0, ?, ?, 0)
        """,
        term.clusterId.value(),
        term.epoch.counter(),
        term.epoch.nonce(),
        term.clusterStart,
        bootId,
        term.nextRunId,
        term.latestCommit);
    TermTable.begin(handle, term.epoch);
    return term;
  }

  private static Term succeed(Handle handle, Former former, String bootId, long leastCounter) {
    Term before = former.term;
    boolean clusterStart = former.orderedStop || former.hasRebooted(bootId);
    Term term =
        new Term(
            before.clusterId,
            new Epoch(Math.max(before.epoch.counter() + 1, leastCounter), random()),
            clusterStart ? before.clusterStart + 1 : before.clusterStart,
            before.nextRunId,
            before.latestCommit);
    handle.execute(
        """
        UPDATE cluster SET epoch_counter = ?, epoch_nonce = ?, cluster_start = ?, boot_id = ?,
          ordered_stop = 0
        """,
        term.epoch.counter(),
        term.epoch.nonce(),
        term.clusterStart,
        bootId.isEmpty() ? former.bootId : bootId);
    TermTable.begin(handle, term.epoch);
    return term;
  }

  private static String random() {
    return UUID.randomUUID().toString();
  }
}
