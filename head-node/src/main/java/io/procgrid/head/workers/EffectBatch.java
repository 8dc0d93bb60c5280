package io.procgrid.head.workers;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEffect.ForgetOrder;
import io.procgrid.head.core.HeadEffect.KillOrder;
import io.procgrid.head.core.HeadEffect.StartOrder;
import io.procgrid.head.core.HeadEffect.ToWorker;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins what gathered for one worker while the link was busy: all kills in one call, before
 * everything else, then all starts, in their order, in one call.
 *
 * <p>Calls have no order among each other on their way anyway. That a kill before its start, or a
 * Forget before one, does no harm is the worker's business (tombstones, dispatch numbers).
 */
final class EffectBatch {
  private final WorkerInstance instance;
  private final List<KillOrder> kills = new ArrayList<>();
  private final List<StartOrder> starts = new ArrayList<>();
  private final List<ForgetOrder> forgets = new ArrayList<>();
  private final List<ToWorker> others = new ArrayList<>();

  private EffectBatch(WorkerInstance instance) {
    this.instance = instance;
  }

  /** The same work in as few effects as possible; nothing passes a Dial or a HangUp. */
  static List<ToWorker> join(List<ToWorker> effects) {
    if (effects.size() < 2) {
      return effects;
    }
    List<ToWorker> joined = new ArrayList<>();
    EffectBatch batch = new EffectBatch(effects.getFirst().instance());
    for (ToWorker effect : effects) {
      boolean barrier = effect instanceof HeadEffect.Dial || effect instanceof HeadEffect.HangUp;
      if (barrier || !effect.instance().equals(batch.instance)) {
        batch.flush(effects.getFirst(), joined);
        batch = new EffectBatch(effect.instance());
      }
      if (barrier) {
        joined.add(effect);
      } else {
        batch.add(effect);
      }
    }
    batch.flush(effects.getFirst(), joined);
    return joined;
  }

  private void add(ToWorker effect) {
    switch (effect) {
      case HeadEffect.SendKill kill -> kills.addAll(kill.orders());
      case HeadEffect.SendStart start -> starts.addAll(start.orders());
      case HeadEffect.SendForget forget -> forgets.addAll(forget.orders());
      case HeadEffect.FetchInventory _,
          HeadEffect.SendProceed _,
          HeadEffect.PutBundle _,
          HeadEffect.CollectOutput _,
          HeadEffect.KillLeftover _,
          HeadEffect.Probe _ ->
          others.add(effect);
      case HeadEffect.Dial _, HeadEffect.HangUp _ ->
          throw new IllegalArgumentException("not joined: " + effect);
    }
  }

  private void flush(ToWorker any, List<ToWorker> into) {
    if (!kills.isEmpty()) {
      into.add(new HeadEffect.SendKill(any.identity(), instance, ImmutableList.copyOf(kills)));
    }
    if (!starts.isEmpty()) {
      into.add(new HeadEffect.SendStart(any.identity(), instance, ImmutableList.copyOf(starts)));
    }
    into.addAll(others);
    if (!forgets.isEmpty()) {
      into.add(new HeadEffect.SendForget(any.identity(), instance, ImmutableList.copyOf(forgets)));
    }
  }
}
