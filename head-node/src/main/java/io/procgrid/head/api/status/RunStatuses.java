package io.procgrid.head.api.status;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.core.RunView;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.store.ArchivedRun;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Joins the core's view of runs with the archive's.
 *
 * <p>The archive must be read after the core was asked. So it is never behind: what it has as over
 * is over, and a run that it does not have was cleared meanwhile.
 */
public final class RunStatuses {
  private RunStatuses() {}

  /**
   * Runs as status shows them, in the order of the archive.
   *
   * @param archived what the archive has of the selected runs
   * @param views what the core said of them just before
   */
  public static ImmutableList<ShownRun> join(
      ImmutableList<ArchivedRun> archived, ImmutableList<RunView> views) {
    ImmutableMap<Long, RunView> byId = Maps.uniqueIndex(views, RunView::runId);
    return archived.stream()
        .map(run -> join(run, byId.get(run.runId())))
        .collect(ImmutableList.toImmutableList());
  }

  private static ShownRun join(ArchivedRun archived, @Nullable RunView view) {
    if (view == null || (archived.incarnation() > view.incarnation() && view.incarnation() > 0)) {
      return shown(archived);
    }
    if (view.status() == RunStatus.NONE) {
      return shown(archived, RunStatus.NONE, "", ImmutableList.of());
    }
    if (archived.status() != null && archived.incarnation() == view.incarnation()) {
      return shown(archived);
    }
    Map<SegmentKey, SegmentOutput> saved = savedOutputs(archived);
    return shown(
        archived,
        view.status(),
        view.waiting(),
        view.segments().stream()
            .map(segment -> ShownRun.Segment.of(segment, saved.get(segment.segment())))
            .collect(ImmutableList.toImmutableList()));
  }

  /** A run that is over, or that came into being after the core was asked. */
  private static ShownRun shown(ArchivedRun archived) {
    RunStatus status = archived.status();
    if (status == null) {
      status = archived.incarnation() == 0 ? RunStatus.NONE : RunStatus.RUNNING;
    }
    boolean dispatched =
        archived.segments().stream().anyMatch(segment -> segment.placement() != null);
    return shown(
        archived,
        status,
        "",
        dispatched || status.isOver()
            ? archived.segments().stream()
                .map(ShownRun.Segment::of)
                .collect(ImmutableList.toImmutableList())
            : ImmutableList.of());
  }

  private static ShownRun shown(
      ArchivedRun archived,
      RunStatus status,
      String waiting,
      ImmutableList<ShownRun.Segment> segments) {
    // An auto-start entry waits for the cluster to start, which is not its queue.
    long queuedSince = archived.request().executeAtStartup() ? 0 : archived.createdAtMillis();
    return new ShownRun(
        archived.runId(), archived.request(), queuedSince, status, waiting, segments);
  }

  static Map<SegmentKey, SegmentOutput> savedOutputs(ArchivedRun archived) {
    Map<SegmentKey, SegmentOutput> saved = new HashMap<>();
    for (ArchivedRun.ArchivedSegment segment : archived.segments()) {
      if (segment.output() != null) {
        saved.put(segment.segment(), segment.output());
      }
    }
    return saved;
  }
}
