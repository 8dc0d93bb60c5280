package io.procgrid.head.api.status;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.head.core.Placement;
import io.procgrid.head.core.SegmentOutput;
import io.procgrid.head.workers.OutputReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Gathers the latest lines of segments: from the archive, else from their workers, all at once. */
public final class OutputCollector {
  private final OutputReader reader;
  private final Duration wait;

  /**
   * @param wait longest time for all workers together
   */
  public OutputCollector(OutputReader reader, Duration wait) {
    this.reader = reader;
    this.wait = wait;
  }

  /**
   * Output of segments.
   *
   * @param lines by segment; one that is missing has none
   * @param unavailable segments whose worker could not be asked, and why
   */
  public record Collected(
      ImmutableMap<SegmentKey, SegmentOutput> lines, ImmutableMap<SegmentKey, String> unavailable) {

    /** The same, but what is saved counts in place of what a worker said or could not say. */
    public Collected replacedBy(ImmutableMap<SegmentKey, SegmentOutput> saved) {
      if (saved.isEmpty()) {
        return this;
      }
      return new Collected(
          ImmutableMap.<SegmentKey, SegmentOutput>builder()
              .putAll(lines)
              .putAll(saved)
              .buildKeepingLast(),
          ImmutableMap.copyOf(Maps.filterKeys(unavailable, key -> !saved.containsKey(key))));
    }
  }

  /** The output of all segments of these runs, as many lines as each run asked for. */
  public Collected collect(List<ShownRun> runs) {
    Map<SegmentKey, SegmentOutput> lines = new HashMap<>();
    Map<SegmentKey, CompletableFuture<SegmentOutput>> asked = new LinkedHashMap<>();
    for (ShownRun run : runs) {
      int most = run.request().maxOutputLines();
      for (ShownRun.Segment segment : run.segments()) {
        Placement placement = segment.placement();
        if (most == 0 || placement == null) {
          continue;
        }
        if (segment.saved() != null) {
          lines.put(segment.key(), latest(segment.saved(), most));
        } else if (mayHaveWritten(segment)) {
          asked.put(
              segment.key(),
              reader
                  .read(placement.identity(), segment.key(), most)
                  .thenApply(output -> latest(output, most)));
        }
      }
    }
    Map<SegmentKey, String> unavailable = new LinkedHashMap<>();
    await(asked, lines, unavailable);
    return new Collected(ImmutableMap.copyOf(lines), ImmutableMap.copyOf(unavailable));
  }

  /** One that is over and never started has written nothing. */
  private static boolean mayHaveWritten(ShownRun.Segment segment) {
    return segment.startedAtMillis() > 0 || !segment.status().isOver();
  }

  private void await(
      Map<SegmentKey, CompletableFuture<SegmentOutput>> asked,
      Map<SegmentKey, SegmentOutput> lines,
      Map<SegmentKey, String> unavailable) {
    CompletableFuture<Void> timeUp =
        new CompletableFuture<Void>()
            .completeOnTimeout(null, wait.toMillis(), TimeUnit.MILLISECONDS);
    asked.forEach((key, answer) -> {
      try {
        CompletableFuture.anyOf(answer, timeUp).join();
        if (answer.isDone()) {
          lines.put(key, answer.join());
        } else {
          unavailable.put(key, "its worker did not answer within %d ms".formatted(wait.toMillis()));
        }
      } catch (CompletionException e) {
        unavailable.put(key, reason(e));
      }
    });
    timeUp.complete(null);
  }

  private static String reason(CompletionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  private static SegmentOutput latest(SegmentOutput output, int most) {
    return new SegmentOutput(latest(output.stdout(), most), latest(output.stderr(), most));
  }

  private static ImmutableList<String> latest(ImmutableList<String> lines, int most) {
    return lines.size() <= most ? lines : lines.subList(lines.size() - most, lines.size());
  }
}
