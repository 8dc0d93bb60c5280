package io.procgrid.worker.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.procgrid.common.id.ClusterId;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.run.Outcome;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.worker.process.ProcessRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the journal held when the worker started.
 *
 * @param clusterId null before the first registration
 * @param epoch the highest seen; null before the first
 * @param dispatchNumber the highest accepted in that epoch
 * @param highestRunId the highest run id seen; 0 before the first
 * @param bundles content hashes of the files that are there
 */
public record Recovered(
    WorkerIdentity identity,
    @Nullable ClusterId clusterId,
    @Nullable Epoch epoch,
    long dispatchNumber,
    long highestRunId,
    ImmutableList<Entry> segments,
    ImmutableSet<String> bundles) {

  /** Where the processes were that may live on. */
  public ImmutableSet<ProcessRecord> unfinished() {
    ImmutableSet.Builder<ProcessRecord> processes = ImmutableSet.builder();
    for (Entry entry : segments) {
      switch (entry) {
        case Intact intact when intact.process() != null && intact.outcome() == null ->
            processes.add(intact.process());
        case Intact over -> {}
        case Doubtful doubtful when doubtful.process() != null -> processes.add(doubtful.process());
        case Doubtful unknown -> {}
      }
    }
    return processes.build();
  }

  /** The segments that are to be looked for on this host, since no record says where they are. */
  public ImmutableSet<SegmentKey> sought() {
    return segments.stream()
        .filter(entry -> entry instanceof Doubtful doubtful && doubtful.process() == null)
        .map(Entry::segment)
        .collect(ImmutableSet.toImmutableSet());
  }

  /** One entry of the journal. */
  public sealed interface Entry {
    SegmentKey segment();
  }

  /**
   * A readable one.
   *
   * @param epochCounter term in which it was made
   * @param accepted false for the tombstone of a segment that never came
   * @param spec null when nothing is left to launch: never accepted, or over
   * @param process null when no process was recorded: then no user code ever ran
   * @param tombstone null when no kill was ordered
   * @param outcome null when it is not over
   */
  public record Intact(
      SegmentKey segment,
      long epochCounter,
      boolean accepted,
      @Nullable SegmentSpec spec,
      @Nullable ProcessRecord process,
      @Nullable Tombstone tombstone,
      @Nullable Outcome outcome)
      implements Entry {}

  /**
   * One that proves nothing by itself.
   *
   * @param process null when it is not known, or there was none
   * @param startedAtMillis when its first process began, as far as is known, ms since 1970; 0 when
   *     it is not known or there was none
   * @param tombstone null when no kill is known to be ordered
   * @param reason why, for people
   */
  public record Doubtful(
      SegmentKey segment,
      long epochCounter,
      @Nullable ProcessRecord process,
      long startedAtMillis,
      @Nullable Tombstone tombstone,
      String reason,
      Remedy remedy)
      implements Entry {
    /** How it comes to an end all the same. */
    public enum Remedy {
      /** Its content is damaged: what is found of it is killed. */
      KILL,
      /** Its pid means nothing here: it goes on, and is over once its place is seen empty. */
      WATCH,
      /** Its content is damaged, but its host rebooted since: nothing of it is alive. */
      REBOOT,
      /** Nothing on this host can prove its end. */
      NONE
    }
  }
}
