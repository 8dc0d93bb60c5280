package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.head.core.HeadEffect;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins the orders of neighbouring effects of one kind for one worker process, so that requests
 * carry several. Their order is left to the network anyway.
 */
final class Batching {
  private Batching() {}

  static List<HeadEffect.ToWorker> join(List<HeadEffect.ToWorker> effects) {
    List<HeadEffect.ToWorker> joined = new ArrayList<>();
    for (HeadEffect.ToWorker effect : effects) {
      HeadEffect.ToWorker last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && last.instance().equals(effect.instance())) {
        if (last instanceof HeadEffect.SendStart a && effect instanceof HeadEffect.SendStart b) {
          joined.set(
              joined.size() - 1,
              new HeadEffect.SendStart(a.identity(), a.instance(), concat(a.orders(), b.orders())));
          continue;
        }
        if (last instanceof HeadEffect.SendKill a && effect instanceof HeadEffect.SendKill b) {
          joined.set(
              joined.size() - 1,
              new HeadEffect.SendKill(a.identity(), a.instance(), concat(a.orders(), b.orders())));
          continue;
        }
      }
      joined.add(effect);
    }
    return joined;
  }

  private static <T> ImmutableList<T> concat(List<T> first, List<T> second) {
    return ImmutableList.<T>builder().addAll(first).addAll(second).build();
  }
}
