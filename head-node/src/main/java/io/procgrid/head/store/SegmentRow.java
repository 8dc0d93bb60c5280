package io.procgrid.head.store;

import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.Placement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A row of the segment table. */
record SegmentRow(
    SegmentKey key,
    @Nullable SegmentKey namesake,
    String dataSegmentId,
    int workerNumber,
    @Nullable Placement placement,
    @Nullable RunStatus status,
    String message,
    @Nullable Outcome outcome,
    boolean outputDue) {

  static SegmentRow read(ResultSet row) throws SQLException {
    String status = row.getString("status");
    String ending = row.getString("ending");
    StoredEnding end = ending == null ? new StoredEnding("", null) : StoredEnding.read(ending);
    return new SegmentRow(
        new SegmentKey(row.getLong("run_id"), row.getInt("incarnation"), row.getInt("segment")),
        namesake(row),
        row.getString("data_segment_id"),
        row.getInt("worker_number"),
        placement(row),
        status == null ? null : StoredName.of(RunStatus.class, status),
        end.message(),
        end.outcome(),
        row.getInt("output_due") == 1);
  }

  private static @Nullable SegmentKey namesake(ResultSet row) throws SQLException {
    int segment = row.getInt("journal_segment");
    if (row.wasNull()) {
      return null;
    }
    int other = row.getInt("journal_incarnation");
    int incarnation = row.wasNull() ? row.getInt("incarnation") : other;
    return new SegmentKey(row.getLong("run_id"), incarnation, segment);
  }

  private static @Nullable Placement placement(ResultSet row) throws SQLException {
    String identity = row.getString("placed_identity");
    if (identity == null) {
      return null;
    }
    return new Placement(
        new WorkerIdentity(identity),
        new WorkerInstance(row.getString("placed_instance")),
        row.getString("placed_boot_id"),
        row.getString("placed_machine"));
  }
}
