package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.RunStatus;
import org.jspecify.annotations.Nullable;

/**
 * What the store held when this head took its epoch: the core begins with it.
 *
 * @param epoch this head's, already durable
 * @param history every term that began on the store, in ascending order, this one included
 * @param clusterStart counts cluster starts; an entry whose own count is lower is due
 * @param nextRunId the next free run id
 * @param runs all that are not over, and those over whose output is not yet saved; auto-start
 *     entries are in {@code entries} and, when their current incarnation belongs here, in {@code
 *     runs} as well
 */
public record Recovered(
    ClusterId clusterId,
    Epoch epoch,
    ImmutableList<Epoch> history,
    long clusterStart,
    long nextRunId,
    ImmutableList<ProcDefinition> procs,
    ImmutableList<Entry> entries,
    ImmutableList<Run> runs,
    ImmutableList<WorkerRecord> workers) {

  /** An empty store's. */
  public static Recovered empty(ClusterId clusterId, Epoch epoch) {
    return new Recovered(
        clusterId,
        epoch,
        ImmutableList.of(epoch),
        1,
        1,
        ImmutableList.of(),
        ImmutableList.of(),
        ImmutableList.of(),
        ImmutableList.of());
  }

  /**
   * An auto-start entry.
   *
   * @param proc as it was when the entry was made
   * @param takenClusterStart the last cluster start in which it had its turn
   * @param incarnation its latest incarnation; 0 = never ran
   * @param cleared whether the status of its latest incarnation was cleared
   */
  public record Entry(
      long runId,
      RunRequest request,
      ProcDefinition proc,
      long takenClusterStart,
      int incarnation,
      boolean cleared) {}

  /**
   * A run's current incarnation.
   *
   * @param status null while it is not over
   * @param intent the kill that is to end it; null = none
   * @param segments empty while not fixed
   */
  public record Run(
      long runId,
      int incarnation,
      RunRequest request,
      ProcDefinition proc,
      @Nullable RunStatus status,
      @Nullable KillIntent intent,
      ImmutableList<Segment> segments) {}

  /**
   * A segment of it.
   *
   * @param number its number within the run
   * @param namesake its name in its worker's journal, where it is another one: the run's id was
   *     given away twice; else null
   * @param workerNumber the worker it is meant for; 0 = not yet chosen
   * @param placement null = never placed
   * @param status null while it is not over
   * @param outcome null while it is not over, or when it was never placed
   * @param outputSaved whether its output is in the store, or there never was any
   */
  public record Segment(
      int number,
      @Nullable SegmentKey namesake,
      String dataSegmentId,
      int workerNumber,
      @Nullable Placement placement,
      @Nullable RunStatus status,
      @Nullable Outcome outcome,
      String message,
      boolean outputSaved) {}
}
