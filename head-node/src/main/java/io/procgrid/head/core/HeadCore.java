package io.procgrid.head.core;

import io.procgrid.common.loop.Core;
import java.util.List;

/** The run registry. */
public final class HeadCore implements Core<HeadEvent, HeadEffect> {
  public HeadCore(Recovered recovered) {}

  @Override
  public List<HeadEffect> step(long nowMillis, HeadEvent event) {
    return List.of();
  }

  @Override
  public List<HeadEffect> tick(long nowMillis) {
    return List.of();
  }

  @Override
  public long nextDeadline() {
    return NO_DEADLINE;
  }
}
