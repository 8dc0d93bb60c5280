package io.procgrid.head.api;

import com.google.common.collect.ImmutableMap;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import java.time.Duration;
import java.time.InstantSource;

/**
 * {@code /delete/proc}: kills the proc's runs, with the grace it was created with, removes its
 * auto-start entries and frees its name.
 */
final class DeleteProcEndpoint implements Endpoint {
  private static final RecordSchema REQUEST =
      RecordSchema.of("delete_proc_request", Fields.PROC_NAME, Fields.OPTIONS);
  private static final RecordSchema RESPONSE =
      RecordSchema.of("delete_proc_response", Fields.PROC_NAME, Fields.INFO);
  private static final OptionSchema OPTIONS = OptionSchema.of(KillOptions.ANSWER_TIMEOUT);

  private final CoreAccess core;
  private final InstantSource clock;

  DeleteProcEndpoint(CoreAccess core, InstantSource clock) {
    this.core = core;
    this.clock = clock;
  }

  @Override
  public String path() {
    return "/delete/proc";
  }

  @Override
  public RecordSchema request() {
    return REQUEST;
  }

  @Override
  public Duration longestWait() {
    return KillOptions.LONGEST_WAIT;
  }

  @Override
  public WireRecord handle(WireRecord request, Caller caller) {
    Options options = OPTIONS.check(request.get(Fields.OPTIONS));
    String name = Names.require("proc_name", request.get(Fields.PROC_NAME));
    Answer.Killed killed =
        core.ask(
            new Command.DeleteProc(name, KillOptions.terms(options, caller, clock)),
            Answer.Killed.class);
    return WireRecord.builder(RESPONSE)
        .put(Fields.PROC_NAME, name)
        .put(
            Fields.INFO,
            ImmutableMap.<String, String>builder()
                .put("killed_run_ids", KillOptions.commaList(killed.runIds()))
                .putAll(KillOptions.info(killed))
                .buildOrThrow())
        .build();
  }
}
