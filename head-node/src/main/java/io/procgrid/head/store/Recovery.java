package io.procgrid.head.store;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.Multimaps;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.Recovered;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Reads what a head begins its term with. Its cost grows with what is not over, not with history.
 */
final class Recovery {
  private static final String UNSETTLED_RUNS =
      """
      (SELECT run_id FROM run WHERE status IS NULL AND incarnation > 0
       UNION SELECT run_id FROM segment WHERE output_due = 1)
      """;

  private final Handle handle;

  Recovery(Handle handle) {
    this.handle = handle;
  }

  Recovered read(Term term) {
    return new Recovered(
        term.clusterId(),
        term.epoch(),
        TermTable.all(handle),
        term.clusterStart(),
        term.nextRunId(),
        procs(),
        entries(),
        runs(),
        WorkerTable.all(handle));
  }

  private ImmutableList<ProcDefinition> procs() {
    return ImmutableList.copyOf(
        handle
            .createQuery("SELECT definition FROM proc ORDER BY name")
            .map((row, context) -> StoredProc.read(row.getString("definition")))
            .list());
  }

  private ImmutableList<Recovered.Entry> entries() {
    return ImmutableList.copyOf(
        handle
            .createQuery(
                """
                SELECT run.run_id, request, definition, taken_cluster_start, incarnation, cleared
                FROM auto_start JOIN run ON run.run_id = auto_start.run_id
                ORDER BY run.run_id
                """)
            .map(Recovery::entry)
            .list());
  }

  private static Recovered.Entry entry(ResultSet row, StatementContext context)
      throws SQLException {
    return new Recovered.Entry(
        row.getLong("run_id"),
        StoredRequest.read(row.getString("request")),
        StoredProc.read(row.getString("definition")),
        row.getLong("taken_cluster_start"),
        row.getInt("incarnation"),
        row.getInt("cleared") == 1);
  }

  private ImmutableList<Recovered.Run> runs() {
    ImmutableListMultimap<Long, SegmentRow> segments =
        Multimaps.index(
            handle
                .createQuery(
                    "SELECT * FROM segment WHERE run_id IN %s ORDER BY run_id, segment"
                        .formatted(UNSETTLED_RUNS))
                .map((row, context) -> SegmentRow.read(row))
                .list(),
            segment -> segment.key().runId());
    return ImmutableList.copyOf(
        handle
            .createQuery(
                "SELECT * FROM run WHERE run_id IN %s ORDER BY run_id".formatted(UNSETTLED_RUNS))
            .map((row, context) -> run(row, segments.get(row.getLong("run_id"))))
            .list());
  }

  private static Recovered.Run run(ResultSet row, ImmutableList<SegmentRow> segments)
      throws SQLException {
    String status = row.getString("status");
    String intent = row.getString("intent");
    return new Recovered.Run(
        row.getLong("run_id"),
        row.getInt("incarnation"),
        StoredRequest.read(row.getString("request")),
        StoredProc.read(row.getString("definition")),
        status == null ? null : StoredName.of(RunStatus.class, status),
        intent == null ? null : StoredKill.readIntent(Json.parse(intent)),
        segments.stream().map(Recovery::segment).collect(ImmutableList.toImmutableList()));
  }

  private static Recovered.Segment segment(SegmentRow row) {
    return new Recovered.Segment(
        row.key().segment(),
        row.namesake(),
        row.dataSegmentId(),
        row.workerNumber(),
        row.placement(),
        row.status(),
        row.outcome(),
        row.message(),
        !row.outputDue());
  }
}
