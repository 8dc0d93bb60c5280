package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;

/**
 * The latest lines of a segment's output, oldest first, bad UTF-8 already replaced.
 *
 * @param stdout lines without line ends
 * @param stderr lines without line ends
 */
public record SegmentOutput(ImmutableList<String> stdout, ImmutableList<String> stderr) {
  /** No lines. */
  public static final SegmentOutput NONE =
      new SegmentOutput(ImmutableList.of(), ImmutableList.of());
}
