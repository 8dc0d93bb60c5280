package io.procgrid.head.api.status;

import com.google.common.collect.ImmutableMap;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.core.Selector;
import io.procgrid.head.store.ArchivedRun;
import io.procgrid.head.store.RunArchive;
import java.util.List;
import java.util.Map;

/**
 * Outputs that were saved after their runs were read from the archive. A worker lets go of an
 * output once it is saved; asked after that it has nothing to say, but the archive has.
 */
public final class LateOutputs {
  private final RunArchive archive;

  public LateOutputs(RunArchive archive) {
    this.archive = archive;
  }

  /** Whether these runs may have such outputs. */
  public static boolean possibleIn(List<ShownRun> runs) {
    return runs.stream().anyMatch(LateOutputs::isExpectedIn);
  }

  /** What is saved by now of the segments that were over and not saved in these runs. Blocks. */
  public ImmutableMap<SegmentKey, SegmentOutput> find(List<ShownRun> runs) {
    ImmutableMap.Builder<SegmentKey, SegmentOutput> late = ImmutableMap.builder();
    for (ShownRun run : runs) {
      if (!isExpectedIn(run)) {
        continue;
      }
      for (ArchivedRun archived : archive.find(new Selector(run.runId(), "", "", ""))) {
        Map<SegmentKey, SegmentOutput> saved = RunStatuses.savedOutputs(archived);
        for (ShownRun.Segment segment : run.segments()) {
          SegmentOutput output = saved.get(segment.key());
          if (output != null && isExpectedOf(segment)) {
            late.put(segment.key(), output);
          }
        }
      }
    }
    return late.buildOrThrow();
  }

  private static boolean isExpectedIn(ShownRun run) {
    return run.request().maxOutputLines() > 0
        && run.segments().stream().anyMatch(LateOutputs::isExpectedOf);
  }

  private static boolean isExpectedOf(ShownRun.Segment segment) {
    return segment.status().isOver() && segment.startedAtMillis() > 0 && segment.saved() == null;
  }
}
