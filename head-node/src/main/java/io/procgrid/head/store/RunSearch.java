package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.core.Selector;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** The runs that a selector means, read in one transaction. */
final class RunSearch {
  private static final String NOT_CLEARED =
      """
      NOT EXISTS (
        SELECT 1 FROM auto_start WHERE auto_start.run_id = run.run_id AND auto_start.cleared = 1)
      """;

  // A worker is named by its number or its identity. Where a segment was placed counts, and for
  // one that was not, which worker it is meant for.
  private static final String ON_WORKER =
      """
      EXISTS (
        SELECT 1 FROM segment LEFT JOIN worker ON
          worker.identity = segment.placed_identity
          OR (segment.placed_identity IS NULL AND worker.number = segment.worker_number)
        WHERE segment.run_id = run.run_id
          AND (segment.placed_identity = :worker OR worker.identity = :worker
            OR CAST(worker.number AS TEXT) = :worker))
      """;

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final String condition;

  RunSearch(Selector selector) {
    List<String> conditions = new ArrayList<>();
    conditions.add(NOT_CLEARED);
    if (selector.runId() != null) {
      conditions.add("run.run_id = :runId");
      values.put("runId", selector.runId());
    }
    if (!selector.runTag().isEmpty()) {
      conditions.add("run.run_tag = :runTag");
      values.put("runTag", selector.runTag());
    }
    if (!selector.procName().isEmpty()) {
      conditions.add("run.proc_name = :procName");
      values.put("procName", selector.procName());
    }
    if (!selector.worker().isEmpty()) {
      conditions.add(ON_WORKER);
      values.put("worker", selector.worker());
    }
    condition = String.join(" AND ", conditions);
  }

  /** The runs by ascending id. The handle must be in a transaction. */
  ImmutableList<ArchivedRun> in(Handle handle) {
    ImmutableListMultimap.Builder<Long, ArchivedRun.ArchivedSegment> segments =
        ImmutableListMultimap.builder();
    query(
            handle,
            """
            SELECT segment.*, output.lines FROM run
            JOIN segment ON segment.run_id = run.run_id
            LEFT JOIN output
              ON output.run_id = segment.run_id AND output.segment = segment.segment
            WHERE %s ORDER BY segment.run_id, segment.segment
            """)
        .map(RunSearch::segment)
        .forEach(segment -> segments.put(segment.segment().runId(), segment));
    ImmutableListMultimap<Long, ArchivedRun.ArchivedSegment> byRun = segments.build();
    return ImmutableList.copyOf(
        query(handle, "SELECT run.* FROM run WHERE %s ORDER BY run.run_id")
            .map((row, context) -> run(row, byRun.get(row.getLong("run_id"))))
            .list());
  }

  private Query query(Handle handle, String sql) {
    return handle.createQuery(sql.formatted(condition)).bindMap(values);
  }

  private static ArchivedRun run(ResultSet row, ImmutableList<ArchivedRun.ArchivedSegment> segments)
      throws SQLException {
    String status = row.getString("status");
    return new ArchivedRun(
        row.getLong("run_id"),
        StoredRequest.read(row.getString("request")),
        row.getLong("accepted_at_millis"),
        row.getInt("incarnation"),
        status == null ? null : StoredName.of(RunStatus.class, status),
        row.getLong("ended_at_millis"),
        segments);
  }

  private static ArchivedRun.ArchivedSegment segment(ResultSet row, StatementContext context)
      throws SQLException {
    SegmentRow segment = SegmentRow.read(row);
    return new ArchivedRun.ArchivedSegment(
        segment.key(),
        segment.dataSegmentId(),
        segment.placement(),
        segment.status(),
        segment.message(),
        segment.outcome(),
        output(segment, row.getString("lines")));
  }

  private static @Nullable SegmentOutput output(SegmentRow segment, @Nullable String lines)
      throws SQLException {
    if (lines != null) {
      return StoredOutput.read(lines);
    }
    boolean neverAny = segment.status() != null && !segment.outputDue();
    return neverAny ? SegmentOutput.NONE : null;
  }
}
