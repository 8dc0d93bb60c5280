package io.procgrid.head.api.status;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.RunStatus;
import io.procgrid.head.api.BulkWork;
import io.procgrid.head.core.RunView;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.core.Selector;
import io.procgrid.head.store.ArchivedRun;
import io.procgrid.head.store.RunArchive;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Joins the core's view of runs with the archive's.
 *
 * <p>The archive is read after the core was asked, so it is never behind: what it has as over is
 * over, and a run that it does not have was cleared meanwhile.
 */
public final class RunStatuses {
  private final RunArchive archive;
  private final BulkWork bulk;

  public RunStatuses(RunArchive archive, BulkWork bulk) {
    this.archive = archive;
    this.bulk = bulk;
  }

  /**
   * The selected runs, by ascending id.
   *
   * @param views what the core said of them just before
   */
  public ImmutableList<ShownRun> join(Selector selector, ImmutableList<RunView> views) {
    ImmutableMap<Long, RunView> byId = Maps.uniqueIndex(views, RunView::runId);
    return bulk.call(() -> archive.find(selector)).stream()
        .map(run -> join(run, byId.get(run.runId())))
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * Outputs of segments that are over and whose output was not saved when these runs were joined,
   * but is now. Their workers let go of it once it is saved: asked after that they have nothing to
   * say.
   */
  public ImmutableMap<SegmentKey, SegmentOutput> savedMeanwhile(List<ShownRun> runs) {
    ImmutableMap.Builder<SegmentKey, SegmentOutput> saved = ImmutableMap.builder();
    for (ShownRun run : runs) {
      if (run.segments().stream().noneMatch(RunStatuses::isOnItsWay)) {
        continue;
      }
      Selector one = new Selector(run.runId(), "", "", "");
      for (ArchivedRun archived : bulk.call(() -> archive.find(one))) {
        Map<SegmentKey, SegmentOutput> outputs = savedOutputs(archived);
        for (ShownRun.Segment segment : run.segments()) {
          SegmentOutput output = outputs.get(segment.key());
          if (isOnItsWay(segment) && output != null) {
            saved.put(segment.key(), output);
          }
        }
      }
    }
    return saved.buildOrThrow();
  }

  /** Over, and its output was still at the worker. */
  private static boolean isOnItsWay(ShownRun.Segment segment) {
    return segment.status().isOver() && segment.startedAtMillis() > 0 && segment.saved() == null;
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

  private static Map<SegmentKey, SegmentOutput> savedOutputs(ArchivedRun archived) {
    Map<SegmentKey, SegmentOutput> saved = new HashMap<>();
    for (ArchivedRun.ArchivedSegment segment : archived.segments()) {
      if (segment.output() != null) {
        saved.put(segment.segment(), segment.output());
      }
    }
    return saved;
  }
}
