package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.head.core.WorkerRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Workers, by the identity of their journals. */
final class WorkerTable {
  private final Statements statements;

  WorkerTable(Statements statements) {
    this.statements = statements;
  }

  void record(WorkerRecord worker) throws SQLException {
    statements.update(
        """
        INSERT INTO worker (identity, number, instance, address, slots, host, containment,
          left_in_order)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (identity) DO UPDATE SET number = excluded.number,
          instance = excluded.instance, address = excluded.address, slots = excluded.slots,
          host = excluded.host, containment = excluded.containment,
          left_in_order = excluded.left_in_order
        """,
        worker.identity().value(),
        worker.number(),
        worker.instance().value(),
        worker.address(),
        worker.slots(),
        StoredHost.write(worker.host()),
        worker.containment(),
        worker.left() ? 1 : 0);
  }

  static ImmutableList<WorkerRecord> all(Handle handle) {
    return ImmutableList.copyOf(
        handle.createQuery("SELECT * FROM worker ORDER BY number").map(WorkerTable::read).list());
  }

  private static WorkerRecord read(ResultSet row, StatementContext context) throws SQLException {
    return new WorkerRecord(
        row.getInt("number"),
        new WorkerIdentity(row.getString("identity")),
        new WorkerInstance(row.getString("instance")),
        row.getString("address"),
        row.getInt("slots"),
        StoredHost.read(row.getString("host")),
        row.getString("containment"),
        row.getInt("left_in_order") == 1);
  }
}
