package io.procgrid.worker.process;

import com.google.common.collect.ImmutableSortedSet;
import io.procgrid.common.id.SegmentKey;

/**
 * What one identity left.
 *
 * @param segments whose processes they are, as far as the names of their places say
 * @param members live processes, at least
 */
public record Leftover(
    String identity, ImmutableSortedSet<SegmentKey> segments, int members) {}
