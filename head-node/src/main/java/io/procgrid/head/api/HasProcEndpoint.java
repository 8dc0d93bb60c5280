package io.procgrid.head.api;

import io.procgrid.head.api.wire.Field;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;

/** {@code /has/proc}: whether a proc exists. */
final class HasProcEndpoint implements Endpoint {
  private static final RecordSchema REQUEST =
      RecordSchema.of("has_proc_request", Fields.PROC_NAME, Fields.OPTIONS);
  private static final Field<Boolean> PROC_EXISTS = Field.bool("proc_exists");
  private static final RecordSchema RESPONSE =
      RecordSchema.of("has_proc_response", Fields.PROC_NAME, PROC_EXISTS, Fields.INFO);
  private static final OptionSchema OPTIONS = OptionSchema.of();

  private final CoreAccess core;

  HasProcEndpoint(CoreAccess core) {
    this.core = core;
  }

  @Override
  public String path() {
    return "/has/proc";
  }

  @Override
  public RecordSchema request() {
    return REQUEST;
  }

  @Override
  public WireRecord handle(WireRecord request, Caller caller) {
    OPTIONS.check(request.get(Fields.OPTIONS));
    String name = Names.require("proc_name", request.get(Fields.PROC_NAME));
    // Asked by name, the core refuses for one reason only: there is none of that name.
    boolean exists = core.submit(new Command.ShowProcs(name)) instanceof Answer.Procs;
    return WireRecord.builder(RESPONSE)
        .put(Fields.PROC_NAME, name)
        .put(PROC_EXISTS, exists)
        .build();
  }
}
