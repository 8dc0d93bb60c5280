package io.procgrid.head.api;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.head.api.wire.Excerpt;
import io.procgrid.head.api.wire.Field;
import io.procgrid.head.api.wire.InvalidRequestException;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.api.wire.WireType;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.RunRequest;
import java.util.stream.Stream;

/** {@code /execute/proc}: answers with the run id once the run is durable. */
final class ExecuteProcEndpoint implements Endpoint {
  private static final Field<ImmutableMap<String, String>> PARAMS = Field.textMap("params");
  private static final Field<ImmutableMap<String, ByteString>> BIN_PARAMS =
      Field.map("bin_params", WireType.BYTES);
  private static final Field<ImmutableList<String>> INPUT_TABLES =
      Field.list("input_table_names", WireType.TEXT);
  private static final Field<ImmutableMap<String, ImmutableList<String>>> INPUT_COLUMNS =
      Field.map("input_column_names", WireType.TEXT_LIST);
  private static final Field<ImmutableList<String>> OUTPUT_TABLES =
      Field.list("output_table_names", WireType.TEXT);
  private static final RecordSchema REQUEST =
      RecordSchema.of(
          "execute_proc_request",
          Fields.PROC_NAME,
          PARAMS,
          BIN_PARAMS,
          INPUT_TABLES,
          INPUT_COLUMNS,
          OUTPUT_TABLES,
          Fields.OPTIONS);
  private static final RecordSchema RESPONSE =
      RecordSchema.of("execute_proc_response", Fields.RUN_ID, Fields.INFO);

  private static final String RUN_TAG = "run_tag";
  private static final String MAX_OUTPUT_LINES = "max_output_lines";
  private static final String AT_STARTUP = "execute_at_startup";
  private static final String CACHE_INPUT = "cache_input";
  private static final String USE_CACHED_INPUT = "use_cached_input";
  private static final OptionSchema OPTIONS =
      OptionSchema.of(
              RUN_TAG,
              MAX_OUTPUT_LINES,
              AT_STARTUP,
              CACHE_INPUT,
              USE_CACHED_INPUT,
              FileEncoding.OPTION)
          .notYet("execute_at_startup_as");

  private static final long DEFAULT_OUTPUT_LINES = 100;
  private static final long MOST_OUTPUT_LINES = 100_000;

  private final CoreAccess core;

  ExecuteProcEndpoint(CoreAccess core) {
    this.core = core;
  }

  @Override
  public String path() {
    return "/execute/proc";
  }

  @Override
  public RecordSchema request() {
    return REQUEST;
  }

  @Override
  public WireRecord handle(WireRecord request, Caller caller) {
    RunRequest run = runRequest(request);
    requireNoTablesForDistributed(run);
    Answer.Accepted accepted = core.ask(new Command.Execute(run), Answer.Accepted.class);
    return WireRecord.builder(RESPONSE).put(Fields.RUN_ID, Long.toString(accepted.runId())).build();
  }

  private static RunRequest runRequest(WireRecord request) {
    Options options = OPTIONS.check(request.get(Fields.OPTIONS));
    options.flag(CACHE_INPUT);
    options.flag(USE_CACHED_INPUT);
    ImmutableMap<String, String> params = request.get(PARAMS);
    params.forEach((name, value) -> Names.requireNoNul("params." + name, value));
    Environment.checkParams(params.keySet());
    TextVolume.check(
        "params",
        params.entrySet().stream().flatMap(param -> Stream.of(param.getKey(), param.getValue())),
        "put large data into files of the proc");
    return new RunRequest(
        Names.require("proc_name", request.get(Fields.PROC_NAME)),
        params,
        FileEncoding.of(options).decode(BIN_PARAMS.name(), request.get(BIN_PARAMS)),
        request.get(INPUT_TABLES),
        request.get(INPUT_COLUMNS),
        request.get(OUTPUT_TABLES),
        options.without(FileEncoding.OPTION), // says how this request was written, not what runs
        Names.check("options." + RUN_TAG, options.text(RUN_TAG)),
        (int) options.integer(MAX_OUTPUT_LINES, DEFAULT_OUTPUT_LINES, 0, MOST_OUTPUT_LINES),
        options.flag(AT_STARTUP));
  }

  /** The mode of the proc is asked for only when the answer matters. */
  private void requireNoTablesForDistributed(RunRequest run) {
    if (run.inputTableNames().isEmpty()
        && run.inputColumnNames().isEmpty()
        && run.outputTableNames().isEmpty()) {
      return;
    }
    Answer.Procs procs = core.ask(new Command.ShowProcs(run.procName()), Answer.Procs.class);
    for (ProcDefinition proc : procs.procs()) {
      if (proc.mode() == ExecutionMode.DISTRIBUTED) {
        throw new InvalidRequestException(
            ("input_table_names = %s, output_table_names = %s: tables are not supported yet, and"
                    + " proc '%s' is distributed, which would split them; leave the table"
                    + " parameters out, or create the proc as nondistributed")
                .formatted(
                    Excerpt.of(run.inputTableNames().toString()),
                    Excerpt.of(run.outputTableNames().toString()),
                    proc.name()));
      }
    }
  }
}
