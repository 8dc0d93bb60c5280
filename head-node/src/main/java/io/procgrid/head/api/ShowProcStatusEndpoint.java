package io.procgrid.head.api;

import com.google.common.collect.ImmutableList;
import io.procgrid.head.api.status.LateOutputs;
import io.procgrid.head.api.status.OutputCollector;
import io.procgrid.head.api.status.RunStatuses;
import io.procgrid.head.api.status.ShownRun;
import io.procgrid.head.api.status.StatusRecord;
import io.procgrid.head.api.wire.RecordSchema;
import io.procgrid.head.api.wire.WireRecord;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.Selector;
import io.procgrid.head.store.RunArchive;
import java.time.Duration;
import java.time.InstantSource;

/** {@code /show/proc/status}: runs that wait, run or are over, and what they wrote. */
final class ShowProcStatusEndpoint implements Endpoint {
  private static final RecordSchema REQUEST =
      RecordSchema.of("show_proc_status_request", Fields.RUN_ID, Fields.OPTIONS);

  private static final String RUN_TAG = "run_tag";
  private static final String CLEAR_COMPLETE = "clear_complete";
  private static final String WAIT = "wait_ms";
  private static final OptionSchema OPTIONS = OptionSchema.of(RUN_TAG, CLEAR_COMPLETE, WAIT);

  private final CoreAccess core;
  private final RunArchive archive;
  private final OutputCollector outputs;
  private final BulkWork bulk;
  private final InstantSource clock;

  ShowProcStatusEndpoint(
      CoreAccess core,
      RunArchive archive,
      OutputCollector outputs,
      BulkWork bulk,
      InstantSource clock) {
    this.core = core;
    this.archive = archive;
    this.outputs = outputs;
    this.bulk = bulk;
    this.clock = clock;
  }

  @Override
  public String path() {
    return "/show/proc/status";
  }

  @Override
  public RecordSchema request() {
    return REQUEST;
  }

  @Override
  public Duration longestWait() {
    return LONGEST_CHOICE;
  }

  @Override
  public boolean answersInBulk() {
    return true;
  }

  @Override
  public WireRecord handle(WireRecord request, Caller caller) {
    Options options = OPTIONS.check(request.get(Fields.OPTIONS));
    Selector selector =
        new Selector(
            RunIds.parse(request.get(Fields.RUN_ID)),
            Names.check("options." + RUN_TAG, options.text(RUN_TAG)),
            "",
            "");
    long waitMillis = options.integer(WAIT, 0, 0, LONGEST_CHOICE.toMillis());
    boolean clear = options.flag(CLEAR_COMPLETE);

    Answer.Runs known = core.ask(new Command.QueryRuns(selector, waitMillis), Answer.Runs.class);
    ImmutableList<ShownRun> runs =
        RunStatuses.join(bulk.call(() -> archive.find(selector)), known.runs());
    OutputCollector.Collected output = outputs.collect(runs);
    if (LateOutputs.possibleIn(runs)) {
      output = output.replacedBy(bulk.call(() -> new LateOutputs(archive).find(runs)));
    }
    WireRecord response = new StatusRecord(runs, output, clock.millis()).build();
    if (clear) {
      forget(runs);
    }
    return response;
  }

  /** Exactly the runs that this answer shows as over. */
  private void forget(ImmutableList<ShownRun> runs) {
    ImmutableList<Long> over =
        runs.stream()
            .filter(run -> run.status().isOver())
            .map(ShownRun::runId)
            .collect(ImmutableList.toImmutableList());
    if (!over.isEmpty()) {
      core.ask(new Command.ClearRuns(over), Answer.Done.class);
    }
  }
}
