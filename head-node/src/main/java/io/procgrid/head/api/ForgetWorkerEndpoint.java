package io.procgrid.head.api;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.head.api.wire.Field;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.api.wire.WireType;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import java.time.InstantSource;

/**
 * {@code /forget/worker}: an operator gives up a worker that will not come back. Its runs read
 * error, "abandoned", never killed: what became of their processes nobody knows.
 */
final class ForgetWorkerEndpoint implements Endpoint {
  private static final Field<String> WORKER = Field.text("worker");
  private static final RecordSchema REQUEST =
      RecordSchema.of("forget_worker_request", WORKER, Fields.OPTIONS);
  private static final Field<ImmutableList<String>> RUN_IDS = Field.list("run_ids", WireType.TEXT);
  private static final RecordSchema RESPONSE =
      RecordSchema.of("forget_worker_response", WORKER, RUN_IDS, Fields.INFO);
  private static final OptionSchema OPTIONS = OptionSchema.of();

  private final CoreAccess core;
  private final InstantSource clock;

  ForgetWorkerEndpoint(CoreAccess core, InstantSource clock) {
    this.core = core;
    this.clock = clock;
  }

  @Override
  public String path() {
    return "/forget/worker";
  }

  @Override
  public RecordSchema request() {
    return REQUEST;
  }

  @Override
  public WireRecord handle(WireRecord request, Caller caller) {
    OPTIONS.check(request.get(Fields.OPTIONS));
    String worker = Names.require("worker", request.get(WORKER));
    Answer.WorkerForgotten forgotten =
        core.ask(
            new Command.ForgetWorker(worker, KillOptions.facts(caller, clock)),
            Answer.WorkerForgotten.class);
    return WireRecord.builder(RESPONSE)
        .put(WORKER, worker)
        .put(
            RUN_IDS,
            forgotten.runIds().stream()
                .map(String::valueOf)
                .collect(ImmutableList.toImmutableList()))
        .put(Fields.INFO, ImmutableMap.of())
        .build();
  }
}
