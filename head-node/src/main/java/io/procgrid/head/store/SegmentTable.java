package io.procgrid.head.store;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.head.core.Mutation;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.SegmentOutput;
import java.sql.SQLException;

/**
 * The segments of current incarnations and their output.
 *
 * <p>What a Start depends on must find its row, or fail: nothing may run that the store does not
 * know. A report about a segment that is no longer there changes nothing: it came late.
 */
final class SegmentTable {
  private final Statements statements;

  SegmentTable(Statements statements) {
    this.statements = statements;
  }

  void fix(Mutation.SegmentsFixed fixed) throws SQLException {
    String missing =
        "run %d with incarnation %d is not in the store"
            .formatted(fixed.runId(), fixed.incarnation());
    for (int i = 0; i < fixed.dataSegmentIds().size(); i++) {
      statements.updateOne(
          missing,
          """
          INSERT INTO segment (run_id, segment, incarnation, data_segment_id, worker_number,
            output_due)
          SELECT run_id, ?, incarnation, ?, ?, CASE WHEN max_output_lines > 0 THEN 1 ELSE 0 END
          FROM run WHERE run_id = ? AND incarnation = ?
          """,
          i,
          fixed.dataSegmentIds().get(i),
          fixed.workerNumbers().get(i),
          fixed.runId(),
          fixed.incarnation());
    }
  }

  void place(SegmentKey segment, Placement placement) throws SQLException {
    statements.updateOne(
        "segment %s is not in the store".formatted(segment),
        """
        UPDATE segment SET placed_identity = ?, placed_instance = ?, placed_boot_id = ?,
          placed_machine = ?
        WHERE run_id = ? AND segment = ? AND incarnation = ?
        """,
        placement.identity().value(),
        placement.instance().value(),
        placement.bootId(),
        placement.machine(),
        segment.runId(),
        segment.segment(),
        segment.incarnation());
  }

  void bringBack(Mutation.SegmentImported imported) throws SQLException {
    SegmentKey segment = imported.segment();
    boolean isNamesake = !imported.journalKey().equals(segment);
    statements.updateOne(
        "run %d with incarnation %d is not in the store"
            .formatted(segment.runId(), segment.incarnation()),
        """
        INSERT INTO segment (run_id, segment, incarnation, data_segment_id, worker_number, ending,
          output_due, journal_incarnation, journal_segment)
        SELECT run_id, ?, incarnation, ?, ?, ?, CASE WHEN max_output_lines > 0 THEN 1 ELSE 0 END, ?, ?
        FROM run WHERE run_id = ? AND incarnation = ?
        ON CONFLICT (run_id, segment) DO UPDATE SET status = NULL, ending = excluded.ending,
          output_due = excluded.output_due,
          journal_incarnation = excluded.journal_incarnation,
          journal_segment = excluded.journal_segment,
          worker_number = excluded.worker_number, data_segment_id = excluded.data_segment_id
        """,
        segment.segment(),
        imported.dataSegmentId(),
        imported.workerNumber(),
        new StoredEnding(imported.message(), null).write(),
        isNamesake ? imported.journalKey().incarnation() : null,
        isNamesake ? imported.journalKey().segment() : null,
        segment.runId(),
        segment.incarnation());
    place(segment, imported.placement());
  }

  void end(Mutation.SegmentEnded ended) throws SQLException {
    SegmentKey segment = ended.segment();
    statements.update(
        """
        UPDATE segment SET status = ?, ending = ?,
          output_due = CASE WHEN ? = 1 THEN output_due ELSE 0 END
        WHERE run_id = ? AND segment = ? AND incarnation = ?
        """,
        ended.status().name(),
        new StoredEnding(ended.message(), ended.outcome()).write(),
        mayHaveWritten(ended) ? 1 : 0,
        segment.runId(),
        segment.segment(),
        segment.incarnation());
  }

  private static boolean mayHaveWritten(Mutation.SegmentEnded ended) {
    Outcome outcome = ended.outcome();
    return outcome != null && outcome.startedAtMillis() != 0;
  }

  void saveOutput(SegmentKey segment, SegmentOutput output) throws SQLException {
    int found =
        statements.update(
            """
            UPDATE segment SET output_due = 0
            WHERE run_id = ? AND segment = ? AND incarnation = ?
            """,
            segment.runId(),
            segment.segment(),
            segment.incarnation());
    if (found > 0) {
      statements.update(
          """
          INSERT INTO output (run_id, segment, lines) VALUES (?, ?, ?)
          ON CONFLICT (run_id, segment) DO UPDATE SET lines = excluded.lines
          """,
          segment.runId(),
          segment.segment(),
          StoredOutput.write(output));
    }
  }
}
