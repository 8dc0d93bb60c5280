package io.procgrid.head.api;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.protobuf.ByteString;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Grace;
import io.procgrid.head.api.wire.Field;
import io.procgrid.head.api.wire.InvalidRequestException;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.api.wire.WireType;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Bundle;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.ProcDefinition;
import java.util.stream.Stream;

/** {@code /create/proc}: a new proc and its files. */
final class CreateProcEndpoint implements Endpoint {
  private static final Field<String> EXECUTION_MODE =
      new Field<>("execution_mode", WireType.TEXT, ExecutionMode.DISTRIBUTED.wireName());
  private static final Field<ImmutableMap<String, ByteString>> FILES =
      Field.map("files", WireType.BYTES);
  private static final Field<String> COMMAND = Field.text("command");
  private static final Field<ImmutableList<String>> ARGS = Field.list("args", WireType.TEXT);
  private static final RecordSchema REQUEST =
      RecordSchema.of(
          "create_proc_request",
          Fields.PROC_NAME,
          EXECUTION_MODE,
          FILES,
          COMMAND,
          ARGS,
          Fields.OPTIONS);
  private static final RecordSchema RESPONSE =
      RecordSchema.of("create_proc_response", Fields.PROC_NAME, Fields.INFO);

  private static final String CONCURRENCY = "max_concurrency_per_node";
  private static final String WAIT_FOR_TREE = "wait_for_tree";
  private static final String SIGNAL = "kill_signal";
  private static final String GRACE_PERIOD = "kill_grace_period_ms";
  private static final OptionSchema OPTIONS =
      OptionSchema.of(
              CONCURRENCY, WAIT_FOR_TREE, SIGNAL, GRACE_PERIOD, FileEncoding.OPTION, "env.*")
          .notYet(
              "set_environment",
              "require_complete",
              "max_runtime_ms",
              "cpu_max",
              "memory_max",
              "pids_max");

  private final CoreAccess core;
  private final BulkWork bulk;

  CreateProcEndpoint(CoreAccess core, BulkWork bulk) {
    this.core = core;
    this.bulk = bulk;
  }

  @Override
  public String path() {
    return "/create/proc";
  }

  @Override
  public RecordSchema request() {
    return REQUEST;
  }

  @Override
  public WireRecord handle(WireRecord request, Caller caller) {
    Options options = OPTIONS.check(request.get(Fields.OPTIONS));
    String name = Names.require("proc_name", request.get(Fields.PROC_NAME));
    FilePaths.check(request.get(FILES).keySet());
    Bundle bundle =
        bulk.call(() ->
            FileBundle.pack(FileEncoding.of(options).decode(FILES.name(), request.get(FILES))));
    ProcDefinition proc = definition(request, name, bundle, options);
    core.ask(new Command.CreateProc(proc, bundle), Answer.Done.class);
    return WireRecord.builder(RESPONSE).put(Fields.PROC_NAME, name).build();
  }

  private static ProcDefinition definition(
      WireRecord request, String name, Bundle bundle, Options options) {
    ImmutableMap<String, String> environment = options.below("env.");
    Environment.checkVariables(environment);
    TextVolume.check(
        "args and env.* options",
        Stream.of(
                request.get(ARGS).stream(),
                environment.keySet().stream(),
                environment.values().stream())
            .flatMap(texts -> texts),
        "put large data into the proc's files");
    return new ProcDefinition(
        name,
        mode(request.get(EXECUTION_MODE)),
        bundle.hash(),
        command(request.get(COMMAND), request.get(FILES).size()),
        arguments(request.get(ARGS)),
        options.without(FileEncoding.OPTION), // says how this request was written, not what it made
        (int) options.integer(CONCURRENCY, 0, 0, Integer.MAX_VALUE),
        options.flag(WAIT_FOR_TREE),
        environment,
        new Grace(KillSignal.of(options, SIGNAL), KillOptions.graceMillis(options, GRACE_PERIOD)));
  }

  private static ExecutionMode mode(String name) {
    return ExecutionMode.ofWireName(name)
        .orElseThrow(() ->
            InvalidRequestException.of(
                EXECUTION_MODE.name(), name, "must be distributed or nondistributed"));
  }

  private static String command(String command, int files) {
    if (command.isEmpty() && files != 1) {
      throw InvalidRequestException.of(
          COMMAND.name(),
          command,
          "an empty command means the only file, but there are %d; name the command"
              .formatted(files));
    }
    Environment.requirePassesExec(COMMAND.name(), command, 0);
    return command;
  }

  private static ImmutableList<String> arguments(ImmutableList<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      Environment.requirePassesExec("args[%d]".formatted(i), arguments.get(i), 0);
    }
    return arguments;
  }
}
