package io.procgrid.head.api;

import com.google.common.collect.ImmutableList;
import io.procgrid.head.api.wire.Field;
import io.procgrid.head.api.wire.InvalidRequestException;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.api.wire.WireType;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.Selector;
import java.time.Duration;
import java.time.InstantSource;

/** {@code /kill/proc}: when it answers, every process of the runs it lists is dead. */
final class KillProcEndpoint implements Endpoint {
  private static final RecordSchema REQUEST =
      RecordSchema.of("kill_proc_request", Fields.RUN_ID, Fields.OPTIONS);
  private static final Field<ImmutableList<String>> RUN_IDS = Field.list("run_ids", WireType.TEXT);
  private static final RecordSchema RESPONSE =
      RecordSchema.of("kill_proc_response", RUN_IDS, Fields.INFO);

  private static final String RUN_TAG = "run_tag";
  private static final String PROC_NAME = "proc_name";
  private static final String WORKER = "worker";
  private static final String DRY_RUN = "dry_run";
  private static final String CLEAR = "clear_execute_at_startup";
  private static final OptionSchema OPTIONS =
      OptionSchema.of(
              RUN_TAG,
              PROC_NAME,
              WORKER,
              DRY_RUN,
              CLEAR,
              KillOptions.GRACE_PERIOD,
              KillOptions.ANSWER_TIMEOUT)
          .notYet("user");

  private final CoreAccess core;
  private final InstantSource clock;

  KillProcEndpoint(CoreAccess core, InstantSource clock) {
    this.core = core;
    this.clock = clock;
  }

  @Override
  public String path() {
    return "/kill/proc";
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
    String runId = request.get(Fields.RUN_ID);
    Selector selector =
        new Selector(
            RunIds.parse(runId),
            Names.check("options." + RUN_TAG, options.text(RUN_TAG)),
            furtherSelector(options, PROC_NAME),
            furtherSelector(options, WORKER));
    boolean clear = options.flag(CLEAR);
    if (clear && runId.isEmpty() && selector.runTag().isEmpty()) {
      throw options.invalid(
          CLEAR, "needs a run_id or the option run_tag, to say which auto-start entries are meant");
    }
    Answer.Killed killed =
        core.ask(
            new Command.KillRuns(
                selector, KillOptions.terms(options, caller, clock), options.flag(DRY_RUN), clear),
            Answer.Killed.class);
    return WireRecord.builder(RESPONSE)
        .put(
            RUN_IDS,
            killed.runIds().stream().map(String::valueOf).collect(ImmutableList.toImmutableList()))
        .put(Fields.INFO, KillOptions.info(killed))
        .build();
  }

  /** An empty one would select everything: likelier a variable that was not set than a wish. */
  private static String furtherSelector(Options options, String key) {
    if (!options.has(key)) {
      return "";
    }
    String value = options.text(key);
    if (value.isEmpty()) {
      throw InvalidRequestException.of(
          "options." + key, value, "is empty; leave the option out to select any");
    }
    return Names.check("options." + key, value);
  }
}
