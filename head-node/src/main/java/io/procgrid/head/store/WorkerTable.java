package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.head.core.WorkerRecord;
import io.procgrid.head.core.WorkerStanding;
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
          standing, fenced)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (identity) DO UPDATE SET number = excluded.number,
          instance = excluded.instance, address = excluded.address, slots = excluded.slots,
          host = excluded.host, containment = excluded.containment,
          standing = excluded.standing, fenced = excluded.fenced
        """,
        worker.identity().value(),
        worker.number(),
        worker.instance().value(),
        worker.address(),
        worker.slots(),
        StoredHost.write(worker.host()),
        worker.containment(),
        worker.standing().name(),
        Json.print(Json.list(worker.fenced().stream().map(WorkerInstance::value).toList())));
  }

  void imported(WorkerIdentity worker) throws SQLException {
    statements.update(
        "UPDATE worker SET standing = 'MEMBER' WHERE identity = ? AND standing = 'IMPORTING'",
        worker.value());
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
        StoredName.of(WorkerStanding.class, row.getString("standing")),
        Json.list(Json.parse(row.getString("fenced"))).stream()
            .map(WorkerInstance::new)
            .collect(ImmutableList.toImmutableList()));
  }
}
