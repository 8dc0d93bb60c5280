package io.procgrid.head.store;

import io.procgrid.head.core.Bundle;
import io.procgrid.head.core.ProcDefinition;
import java.sql.SQLException;

/** Procs and the bundles they share. */
final class ProcTable {
  /**
   * A bundle that nothing that exists or may still run refers to. Runs that are over are not looked
   * at: there may be a million.
   */
  static final String UNUSED_BUNDLE =
      """
      NOT EXISTS (SELECT 1 FROM proc WHERE proc.bundle_hash = bundle.hash)
      AND NOT EXISTS (
        SELECT 1 FROM run WHERE run.bundle_hash = bundle.hash AND run.status IS NULL)
      AND NOT EXISTS (
        SELECT 1 FROM auto_start WHERE bundle.hash = (
          SELECT run.bundle_hash FROM run WHERE run.run_id = auto_start.run_id))
      """;

  private final Statements statements;

  ProcTable(Statements statements) {
    this.statements = statements;
  }

  void create(ProcDefinition proc, Bundle bundle) throws SQLException {
    statements.update(
        "INSERT INTO bundle (hash, archive) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
        bundle.hash(),
        bundle.archive());
    statements.update(
        "INSERT INTO proc (name, bundle_hash, definition) VALUES (?, ?, ?)",
        proc.name(),
        proc.bundleHash(),
        StoredProc.write(proc));
  }

  void delete(String name) throws SQLException {
    statements.update("DELETE FROM proc WHERE name = ?", name);
    // The bundle of its runs that are not over stays; what is unused then goes when the store is
    // opened next.
    statements.update("DELETE FROM bundle WHERE " + UNUSED_BUNDLE);
  }
}
