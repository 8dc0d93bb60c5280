package io.procgrid.head.store;

import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.RunRequest;
import java.sql.SQLException;
import java.util.List;

/**
 * Runs and auto-start entries.
 *
 * <p>A new incarnation must find its entry: what is started later would else not be known to the
 * store. A report about a run, or an incarnation, that is no longer there changes nothing: it came
 * late.
 */
final class RunTable {
  private final Statements statements;

  RunTable(Statements statements) {
    this.statements = statements;
  }

  void create(Mutation.RunCreated created) throws SQLException {
    RunRequest request = created.request();
    statements.update(
        """
        INSERT INTO run (run_id, proc_name, run_tag, bundle_hash, max_output_lines, request,
          definition, accepted_at_millis, incarnation, status, ended_at_millis, intent)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0, NULL)
        """,
        created.runId(),
        request.procName(),
        request.runTag(),
        created.proc().bundleHash(),
        request.maxOutputLines(),
        StoredRequest.write(request),
        StoredProc.write(created.proc()),
        created.createdAtMillis(),
        request.executeAtStartup() ? 0 : 1);
    statements.update(
        "UPDATE cluster SET next_run_id = ? WHERE next_run_id <= ?",
        created.runId() + 1,
        created.runId());
    if (request.executeAtStartup()) {
      statements.update(
          "INSERT INTO auto_start (run_id, taken_cluster_start, cleared) VALUES (?, ?, 0)",
          created.runId(),
          created.clusterStart());
    }
  }

  void take(Mutation.AutoStartTaken taken) throws SQLException {
    if (taken.incarnation() == 0) {
      statements.update(
          "UPDATE auto_start SET taken_cluster_start = ? WHERE run_id = ?",
          taken.clusterStart(),
          taken.runId());
      return;
    }
    statements.updateOne(
        "auto-start entry %d is not in the store".formatted(taken.runId()),
        "UPDATE auto_start SET taken_cluster_start = ?, cleared = 0 WHERE run_id = ?",
        taken.clusterStart(),
        taken.runId());
    statements.updateOne(
        "run %d has begun its incarnation %d before".formatted(taken.runId(), taken.incarnation()),
        """
        UPDATE run SET incarnation = ?, accepted_at_millis = ?, status = NULL, ended_at_millis = 0,
          intent = NULL
        WHERE run_id = ? AND incarnation < ?
        """,
        taken.incarnation(),
        taken.atMillis(),
        taken.runId(),
        taken.incarnation());
    statements.update("DELETE FROM segment WHERE run_id = ?", taken.runId());
  }

  void removeAutoStart(long runId) throws SQLException {
    // Nothing is left to show of an entry that never ran or was cleared.
    statements.update(
        """
        DELETE FROM run WHERE run_id = ? AND EXISTS (
          SELECT 1 FROM auto_start
          WHERE auto_start.run_id = run.run_id AND (run.incarnation = 0 OR auto_start.cleared = 1))
        """,
        runId);
    statements.update("DELETE FROM auto_start WHERE run_id = ?", runId);
  }

  void intendKill(Mutation.KillIntended intended) throws SQLException {
    statements.update(
        "UPDATE run SET intent = ? WHERE run_id = ? AND incarnation = ?",
        Json.print(StoredKill.write(intended.intent())),
        intended.runId(),
        intended.incarnation());
  }

  void end(long runId, int incarnation, RunStatus status, long atMillis) throws SQLException {
    statements.update(
        "UPDATE run SET status = ?, ended_at_millis = ? WHERE run_id = ? AND incarnation = ?",
        status.name(),
        atMillis,
        runId,
        incarnation);
  }

  void bringBack(Mutation.RunImported imported) throws SQLException {
    long runId = imported.runId();
    RunRequest request = imported.request();
    statements.update("DELETE FROM segment WHERE run_id = ?", runId);
    statements.update(
        """
        DELETE FROM run WHERE run_id = ?
          AND NOT EXISTS (SELECT 1 FROM auto_start WHERE auto_start.run_id = run.run_id)
        """,
        runId);
    statements.update(
        """
        INSERT INTO run (run_id, proc_name, run_tag, bundle_hash, max_output_lines, request,
          definition, accepted_at_millis, incarnation, status, ended_at_millis, intent)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0, NULL)
        ON CONFLICT (run_id) DO UPDATE SET accepted_at_millis = excluded.accepted_at_millis,
          incarnation = excluded.incarnation, status = NULL, ended_at_millis = 0, intent = NULL
        """,
        runId,
        request.procName(),
        request.runTag(),
        imported.proc().bundleHash(),
        request.maxOutputLines(),
        StoredRequest.write(request),
        StoredProc.write(imported.proc()),
        imported.atMillis(),
        imported.incarnation());
    statements.update("UPDATE auto_start SET cleared = 0 WHERE run_id = ?", runId);
  }

  void reopen(Mutation.RunReopened reopened) throws SQLException {
    statements.updateOne(
        "run %d with incarnation %d is not in the store"
            .formatted(reopened.runId(), reopened.incarnation()),
        """
        UPDATE run SET accepted_at_millis = ?, status = NULL, ended_at_millis = 0, intent = NULL
        WHERE run_id = ? AND incarnation = ?
        """,
        reopened.atMillis(),
        reopened.runId(),
        reopened.incarnation());
    statements.update("UPDATE auto_start SET cleared = 0 WHERE run_id = ?", reopened.runId());
  }

  /** Those that are not over stay, whatever is asked. */
  void clear(List<Long> runIds) throws SQLException {
    for (long runId : runIds) {
      int entries =
          statements.update(
              """
              UPDATE auto_start SET cleared = 1 WHERE run_id = ? AND EXISTS (
                SELECT 1 FROM run
                WHERE run.run_id = auto_start.run_id AND run.status IS NOT NULL)
              """,
              runId);
      if (entries > 0) {
        statements.update("DELETE FROM segment WHERE run_id = ?", runId);
      } else {
        statements.update(
            """
            DELETE FROM run WHERE run_id = ? AND status IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM auto_start WHERE auto_start.run_id = run.run_id)
            """,
            runId);
      }
    }
  }
}
