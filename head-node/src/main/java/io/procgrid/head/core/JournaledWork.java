package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.common.run.ExecutionMode;
import io.procgrid.common.run.Grace;
import io.procgrid.common.run.SegmentSpec;
import org.jspecify.annotations.Nullable;

/**
 * What a segment executes, as its worker's journal tells, in the words of runs. What no journal
 * has, such as the tag, is not made up.
 *
 * @param spec null when the journal does not tell
 */
record JournaledWork(@Nullable SegmentSpec spec) {
  /** Shown for a run whose journal does not tell what it executes. */
  private static final String UNKNOWN_PROC = "(unknown)";

  /** Whether it may be what this run executes. */
  boolean isOf(Run run) {
    return spec == null
        || (spec.procName().equals(run.proc.name())
            && spec.bundleHash().equals(run.proc.bundleHash())
            && spec.command().equals(run.proc.command())
            && spec.arguments().equals(run.proc.arguments())
            && spec.parameters().equals(run.params));
  }

  /** Lines of output that were to be kept of each stream. */
  int maxOutputLines() {
    return spec == null ? 0 : spec.maxOutputLines();
  }

  ProcDefinition proc() {
    if (spec == null) {
      return new ProcDefinition(
          UNKNOWN_PROC,
          ExecutionMode.NONDISTRIBUTED,
          "",
          "",
          ImmutableList.of(),
          ImmutableMap.of(),
          0,
          false,
          ImmutableMap.of(),
          Grace.NONE);
    }
    return new ProcDefinition(
        spec.procName(),
        spec.segmentCount() > 1 ? ExecutionMode.DISTRIBUTED : ExecutionMode.NONDISTRIBUTED,
        spec.bundleHash(),
        spec.command(),
        ImmutableList.copyOf(spec.arguments()),
        ImmutableMap.of(),
        0,
        spec.waitForTree(),
        ImmutableMap.copyOf(spec.environment()),
        Grace.NONE);
  }

  RunRequest request(int maxOutputLines) {
    return new RunRequest(
        spec == null ? UNKNOWN_PROC : spec.procName(),
        spec == null ? ImmutableMap.of() : ImmutableMap.copyOf(spec.parameters()),
        ImmutableMap.of(),
        ImmutableList.of(),
        ImmutableMap.of(),
        ImmutableList.of(),
        ImmutableMap.of(),
        "",
        maxOutputLines,
        false);
  }
}
