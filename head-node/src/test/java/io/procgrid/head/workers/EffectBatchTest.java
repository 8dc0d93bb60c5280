package io.procgrid.head.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.SegmentKey;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.KillFacts;
import io.procgrid.common.run.SegmentSpec;
import io.procgrid.head.core.HeadEffect;
import io.procgrid.head.core.HeadEffect.ToWorker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EffectBatchTest {
  private static final WorkerIdentity IDENTITY = new WorkerIdentity("w");
  private static final WorkerInstance FIRST = new WorkerInstance("i1");
  private static final WorkerInstance SECOND = new WorkerInstance("i2");
  private static final SegmentSpec SPEC =
      new SegmentSpec("p", "0", 1, "b", "", List.of(), Map.of(), Map.of(), false, 0);

  private static HeadEffect.SendStart start(WorkerInstance instance, long... runs) {
    ImmutableList.Builder<HeadEffect.StartOrder> orders = ImmutableList.builder();
    for (long run : runs) {
      orders.add(new HeadEffect.StartOrder(new SegmentKey(run, 1, 0), run, SPEC));
    }
    return new HeadEffect.SendStart(IDENTITY, instance, orders.build());
  }

  private static HeadEffect.SendKill kill(WorkerInstance instance, long... runs) {
    ImmutableList.Builder<HeadEffect.KillOrder> orders = ImmutableList.builder();
    for (long run : runs) {
      orders.add(new HeadEffect.KillOrder(new SegmentKey(run, 1, 0), new KillFacts("", 1, "test")));
    }
    return new HeadEffect.SendKill(IDENTITY, instance, orders.build());
  }

  @Test
  void startsKeepTheirOrderAndKillsGoFirst() {
    ToWorker inventory = new HeadEffect.FetchInventory(IDENTITY, FIRST);
    List<ToWorker> joined =
        EffectBatch.join(
            List.of(
                start(FIRST, 1), inventory, kill(FIRST, 7), start(FIRST, 2, 3), kill(FIRST, 8)));
    assertThat(joined).containsExactly(kill(FIRST, 7, 8), start(FIRST, 1, 2, 3), inventory);
  }

  @Test
  void nothingPassesADialOrAHangUp() {
    ToWorker dial = new HeadEffect.Dial(IDENTITY, SECOND, "h:1", 1, new Epoch(1, "n"));
    ToWorker hangUp = new HeadEffect.HangUp(IDENTITY, SECOND);
    List<ToWorker> effects =
        List.of(start(FIRST, 1), dial, start(SECOND, 2), hangUp, kill(SECOND, 2));
    assertThat(EffectBatch.join(effects)).isEqualTo(effects);
  }

  @Test
  void ordersOfDifferentProcessesAreNeverJoined() {
    List<ToWorker> effects = List.of(start(FIRST, 1), start(SECOND, 2), start(FIRST, 3));
    assertThat(EffectBatch.join(effects)).isEqualTo(effects);
  }
}
