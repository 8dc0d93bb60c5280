package io.procgrid.head.api.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.head.api.wire.Field;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.api.wire.WireType;
import io.procgrid.head.core.RunRequest;
import io.procgrid.head.core.SegmentOutput;
import java.util.Map;
import java.util.function.Function;

/** The response of {@code /show/proc/status}: maps by run id, the inner ones by data segment id. */
public final class StatusRecord {
  private static final WireType<ImmutableMap<String, ByteString>> BYTES_MAP =
      WireType.mapOf(WireType.BYTES);
  private static final WireType<ImmutableMap<String, ImmutableList<String>>> LIST_MAP =
      WireType.mapOf(WireType.TEXT_LIST);

  private static final Field<ImmutableMap<String, String>> PROC_NAMES = Field.textMap("proc_names");
  private static final Field<ImmutableMap<String, ImmutableMap<String, String>>> PARAMS =
      Field.map("params", WireType.TEXT_MAP);
  private static final Field<ImmutableMap<String, ImmutableMap<String, ByteString>>> BIN_PARAMS =
      Field.map("bin_params", BYTES_MAP);
  private static final Field<ImmutableMap<String, ImmutableList<String>>> INPUT_TABLES =
      Field.map("input_table_names", WireType.TEXT_LIST);
  private static final Field<ImmutableMap<String, ImmutableMap<String, ImmutableList<String>>>>
      INPUT_COLUMNS = Field.map("input_column_names", LIST_MAP);
  private static final Field<ImmutableMap<String, ImmutableList<String>>> OUTPUT_TABLES =
      Field.map("output_table_names", WireType.TEXT_LIST);
  private static final Field<ImmutableMap<String, ImmutableMap<String, String>>> OPTIONS =
      Field.map("options", WireType.TEXT_MAP);
  private static final Field<ImmutableMap<String, String>> OVERALL =
      Field.textMap("overall_statuses");
  private static final Field<ImmutableMap<String, ImmutableMap<String, String>>> STATUSES =
      Field.map("statuses", WireType.TEXT_MAP);
  private static final Field<ImmutableMap<String, ImmutableMap<String, String>>> MESSAGES =
      Field.map("messages", WireType.TEXT_MAP);
  private static final Field<
          ImmutableMap<String, ImmutableMap<String, ImmutableMap<String, String>>>>
      RESULTS = Field.map("results", WireType.mapOf(WireType.TEXT_MAP));
  private static final Field<
          ImmutableMap<String, ImmutableMap<String, ImmutableMap<String, ByteString>>>>
      BIN_RESULTS = Field.map("bin_results", WireType.mapOf(BYTES_MAP));
  private static final Field<
          ImmutableMap<String, ImmutableMap<String, ImmutableMap<String, ImmutableList<String>>>>>
      OUTPUT = Field.map("output", WireType.mapOf(LIST_MAP));
  private static final Field<ImmutableMap<String, ImmutableMap<String, ImmutableMap<String, Long>>>>
      TIMINGS = Field.map("timings", WireType.mapOf(WireType.mapOf(WireType.LONG)));
  private static final Field<ImmutableMap<String, String>> INFO = Field.textMap("info");

  private static final RecordSchema SCHEMA =
      RecordSchema.of(
          "show_proc_status_response",
          PROC_NAMES,
          PARAMS,
          BIN_PARAMS,
          INPUT_TABLES,
          INPUT_COLUMNS,
          OUTPUT_TABLES,
          OPTIONS,
          OVERALL,
          STATUSES,
          MESSAGES,
          RESULTS,
          BIN_RESULTS,
          OUTPUT,
          TIMINGS,
          INFO);

  private final ImmutableList<ShownRun> runs;
  private final OutputCollector.Collected output;
  private final long nowMillis;

  /**
   * @param nowMillis wall clock, ms since 1970
   */
  public StatusRecord(
      ImmutableList<ShownRun> runs, OutputCollector.Collected output, long nowMillis) {
    this.runs = runs;
    this.output = output;
    this.nowMillis = nowMillis;
  }

  public WireRecord build() {
    return WireRecord.builder(SCHEMA)
        .put(PROC_NAMES, asked(RunRequest::procName))
        .put(PARAMS, asked(RunRequest::params))
        .put(BIN_PARAMS, asked(RunRequest::binParams))
        .put(INPUT_TABLES, asked(RunRequest::inputTableNames))
        .put(INPUT_COLUMNS, asked(RunRequest::inputColumnNames))
        .put(OUTPUT_TABLES, asked(RunRequest::outputTableNames))
        .put(OPTIONS, asked(RunRequest::options))
        .put(OVERALL, byRun(run -> run.status().wireName()))
        .put(STATUSES, bySegment((run, segment) -> segment.status().wireName()))
        .put(MESSAGES, bySegment((run, segment) -> segment.message()))
        .put(RESULTS, bySegment((run, segment) -> ImmutableMap.of()))
        .put(BIN_RESULTS, bySegment((run, segment) -> ImmutableMap.of()))
        .put(OUTPUT, bySegment((run, segment) -> lines(segment)))
        .put(TIMINGS, bySegment(this::timings))
        .put(INFO, info())
        .build();
  }

  private <T> ImmutableMap<String, T> asked(Function<RunRequest, T> part) {
    return byRun(run -> part.apply(run.request()));
  }

  private <T> ImmutableMap<String, T> byRun(Function<ShownRun, T> part) {
    ImmutableMap.Builder<String, T> map = ImmutableMap.builder();
    for (ShownRun run : runs) {
      map.put(Long.toString(run.runId()), part.apply(run));
    }
    return map.buildOrThrow();
  }

  private interface SegmentPart<T> {
    T of(ShownRun run, ShownRun.Segment segment);
  }

  private <T> ImmutableMap<String, ImmutableMap<String, T>> bySegment(SegmentPart<T> part) {
    return byRun(run -> {
      ImmutableMap.Builder<String, T> map = ImmutableMap.builder();
      for (ShownRun.Segment segment : run.segments()) {
        map.put(segment.dataSegmentId(), part.of(run, segment));
      }
      return map.buildOrThrow();
    });
  }

  private ImmutableMap<String, ImmutableList<String>> lines(ShownRun.Segment segment) {
    SegmentOutput lines = output.lines().getOrDefault(segment.key(), SegmentOutput.NONE);
    return ImmutableMap.of("stdout", lines.stdout(), "stderr", lines.stderr());
  }

  /**
   * Milliseconds: {@code total} from the start of the process to its end or to now, {@code queued}
   * from execute to the start, {@code kill} from the worker's receipt of a kill to its proof. Head
   * and worker may disagree about the time: never below 0.
   */
  private ImmutableMap<String, Long> timings(ShownRun run, ShownRun.Segment segment) {
    ImmutableMap.Builder<String, Long> timings = ImmutableMap.builder();
    long started = segment.startedAtMillis();
    long ended = segment.endedAtMillis() > 0 ? segment.endedAtMillis() : nowMillis;
    timings.put("total", started > 0 ? Math.max(0, ended - started) : 0L);
    if (started > 0 && run.queuedSinceMillis() > 0) {
      timings.put("queued", Math.max(0, started - run.queuedSinceMillis()));
    }
    if (segment.killMillis() > 0) {
      timings.put("kill", segment.killMillis());
    }
    return timings.buildOrThrow();
  }

  private ImmutableMap<String, String> info() {
    ImmutableMap.Builder<String, String> info = ImmutableMap.builder();
    ObjectNode waiting = JsonNodeFactory.instance.objectNode();
    for (ShownRun run : runs) {
      if (!run.waiting().isEmpty()) {
        waiting.put(Long.toString(run.runId()), run.waiting());
      }
    }
    if (!waiting.isEmpty()) {
      info.put("waiting", waiting.toString());
    }
    if (!output.unavailable().isEmpty()) {
      info.put("output_unavailable", unavailable().toString());
    }
    return info.buildOrThrow();
  }

  /** Run id to data segment id to reason. */
  private ObjectNode unavailable() {
    ObjectNode byRun = JsonNodeFactory.instance.objectNode();
    Map<SegmentKey, String> reasons = output.unavailable();
    for (ShownRun run : runs) {
      for (ShownRun.Segment segment : run.segments()) {
        String reason = reasons.get(segment.key());
        if (reason != null) {
          byRun.withObjectProperty(Long.toString(run.runId())).put(segment.dataSegmentId(), reason);
        }
      }
    }
    return byRun;
  }
}
