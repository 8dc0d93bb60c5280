package io.procgrid.head.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.procgrid.head.api.wire.Field;
import io.procgrid.head.api.wire.InvalidRequestException;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.api.wire.WireType;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.store.BundleArchive;
import java.util.function.Function;

/** {@code /show/proc}: procs as they were created, and their auto-start entries. */
final class ShowProcEndpoint implements Endpoint {
  private static final RecordSchema REQUEST =
      RecordSchema.of("show_proc_request", Fields.PROC_NAME, Fields.OPTIONS);

  private static final Field<ImmutableList<String>> PROC_NAMES =
      Field.list("proc_names", WireType.TEXT);
  private static final Field<ImmutableList<String>> EXECUTION_MODES =
      Field.list("execution_modes", WireType.TEXT);
  private static final Field<ImmutableList<ImmutableMap<String, ByteString>>> FILES =
      Field.list("files", WireType.mapOf(WireType.BYTES));
  private static final Field<ImmutableList<String>> COMMANDS =
      Field.list("commands", WireType.TEXT);
  private static final Field<ImmutableList<ImmutableList<String>>> ARGS =
      Field.list("args", WireType.TEXT_LIST);
  private static final Field<ImmutableList<ImmutableMap<String, String>>> OPTIONS_OF_PROCS =
      Field.list("options", WireType.TEXT_MAP);
  private static final RecordSchema RESPONSE =
      RecordSchema.of(
          "show_proc_response",
          PROC_NAMES,
          EXECUTION_MODES,
          FILES,
          COMMANDS,
          ARGS,
          OPTIONS_OF_PROCS,
          Fields.INFO);

  private static final String INCLUDE_FILES = "include_files";
  private static final OptionSchema OPTIONS = OptionSchema.of(INCLUDE_FILES);

  private final CoreAccess core;
  private final BundleArchive bundles;
  private final BulkWork bulk;

  ShowProcEndpoint(CoreAccess core, BundleArchive bundles, BulkWork bulk) {
    this.core = core;
    this.bundles = bundles;
    this.bulk = bulk;
  }

  @Override
  public String path() {
    return "/show/proc";
  }

  @Override
  public RecordSchema request() {
    return REQUEST;
  }

  @Override
  public boolean answersInBulk() {
    return true;
  }

  @Override
  public WireRecord handle(WireRecord request, Caller caller) {
    Options options = OPTIONS.check(request.get(Fields.OPTIONS));
    boolean includeFiles = options.flag(INCLUDE_FILES);
    String name = Names.check("proc_name", request.get(Fields.PROC_NAME));
    Answer.Procs shown = core.ask(new Command.ShowProcs(name), Answer.Procs.class);
    return WireRecord.builder(RESPONSE)
        .put(PROC_NAMES, each(shown, ProcDefinition::name))
        .put(EXECUTION_MODES, each(shown, proc -> proc.mode().wireName()))
        .put(
            FILES,
            includeFiles
                ? bulk.call(() -> each(shown, this::files))
                : each(shown, proc -> ImmutableMap.of()))
        .put(COMMANDS, each(shown, ProcDefinition::command))
        .put(ARGS, each(shown, ProcDefinition::arguments))
        .put(OPTIONS_OF_PROCS, each(shown, ProcDefinition::options))
        .put(Fields.INFO, ImmutableMap.of("execute_at_startup_run_ids", entries(shown.autoStart())))
        .build();
  }

  private static <T> ImmutableList<T> each(Answer.Procs shown, Function<ProcDefinition, T> part) {
    return shown.procs().stream().map(part).collect(ImmutableList.toImmutableList());
  }

  private ImmutableMap<String, ByteString> files(ProcDefinition proc) {
    return bundles
        .read(proc.bundleHash())
        .map(FileBundle::unpack)
        .orElseThrow(() ->
            new InvalidRequestException(
                "the files of proc '%s' are gone: it was deleted while this was on its way; ask again"
                    .formatted(proc.name())));
  }

  private static String entries(ImmutableMap<Long, Answer.AutoStartView> entries) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    entries.forEach((runId, entry) ->
        json.putObject(Long.toString(runId))
            .put("proc_name", entry.procName())
            .put("run_tag", entry.runTag())
            .put("user", ""));
    return json.toString();
  }
}
