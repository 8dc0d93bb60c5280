package io.procgrid.worker.process;

import io.procgrid.common.id.SegmentKey;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the containments of Linux have in common: each takes back what any of them launched. */
abstract class SupervisedContainment implements Containment {
  final Supervision supervision;

  SupervisedContainment(Supervision supervision) {
    this.supervision = supervision;
  }

  @Override
  public final ContainedTree adopt(SegmentKey segment, ProcessRecord record) {
    return new Adoption(supervision).adopt(record);
  }

  @Override
  public final ContainedTree find(SegmentKey segment, @Nullable ProcessRecord process) {
    return leaves().find(segment, process);
  }

  @Override
  public final Set<SegmentKey> sweep(Set<ProcessRecord> claimed, Set<SegmentKey> sought) {
    supervision.sweepKeepers(claimed);
    return leaves().sweep(claimed, sought);
  }

  private LeafSearch leaves() {
    return supervision.leaves(ground());
  }

  @Override
  public void close() {
    supervision.close();
  }
}
