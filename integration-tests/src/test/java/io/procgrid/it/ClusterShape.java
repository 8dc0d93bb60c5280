package io.procgrid.it;

import com.google.common.collect.ImmutableList;

/**
 * What a test cluster is made of.
 *
 * @param workers workers that are started with it
 * @param slots segments of a distributed run on each worker
 * @param containment how workers hold processes; "auto" = the best there is
 * @param headOptions further command line arguments of the head
 * @param failpoints whether the daemons have failpoints, see {@link TestCluster#arm}
 */
public record ClusterShape(
    int workers,
    int slots,
    String containment,
    ImmutableList<String> headOptions,
    boolean failpoints) {
  /** Two workers with one slot each. */
  public static final ClusterShape USUAL =
      new ClusterShape(2, 1, "auto", ImmutableList.of(), false);

  /** The same, with failpoints. */
  public ClusterShape withFailpoints() {
    return new ClusterShape(workers, slots, containment, headOptions, true);
  }

  /** The same, with further command line arguments of the head. */
  public ClusterShape withHead(String... options) {
    return new ClusterShape(workers, slots, containment, ImmutableList.copyOf(options), failpoints);
  }
}
