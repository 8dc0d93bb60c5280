package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.head.core.Mutation;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;

/** The terms that heads began on this store. */
final class TermTable {
  private final Statements statements;

  TermTable(Statements statements) {
    this.statements = statements;
  }

  /** Notes a term that begins. */
  static void begin(Handle handle, Epoch epoch) {
    handle.execute(
        "INSERT INTO term (epoch_counter, epoch_nonce) VALUES (?, ?)",
        epoch.counter(),
        epoch.nonce());
  }

  /** In ascending order; the last one is the head's. */
  static ImmutableList<Epoch> all(Handle handle) {
    return ImmutableList.copyOf(
        handle
            .createQuery("SELECT * FROM term ORDER BY epoch_counter")
            .map((row, context) ->
                new Epoch(row.getLong("epoch_counter"), row.getString("epoch_nonce")))
            .list());
  }

  /** The nonce, by which every transaction knows its head, stays as it is. */
  void raise(Mutation.EpochRaised raised) throws SQLException {
    statements.updateOne(
        "the cluster's epoch is not of this head",
        "UPDATE cluster SET epoch_counter = ? WHERE epoch_nonce = ? AND epoch_counter <= ?",
        raised.epoch().counter(),
        raised.epoch().nonce(),
        raised.epoch().counter());
    useUpTo(raised.nextRunId());
    statements.update(
        """
        INSERT INTO term (epoch_counter, epoch_nonce) VALUES (?, ?)
        ON CONFLICT (epoch_counter) DO NOTHING
        """,
        raised.epoch().counter(),
        raised.epoch().nonce());
  }

  void useUpTo(long nextRunId) throws SQLException {
    statements.update(
        "UPDATE cluster SET next_run_id = ? WHERE next_run_id < ?", nextRunId, nextRunId);
  }
}
