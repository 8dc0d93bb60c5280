package io.procgrid.it;

import com.google.common.collect.ImmutableList;

/**
 * What a test cluster is made of.
 *
 * @param workers workers that are started with it
 * @param slots segments of a distributed run on each worker
 * @param containment how workers hold processes; "auto" = the best there is
 * @param headOptions further command line arguments of the head
 */
public record ClusterShape(
    int workers, int slots, String containment, ImmutableList<String> headOptions) {
  /** Two workers with one slot each. */
  public static final ClusterShape USUAL = new ClusterShape(2, 1, "auto", ImmutableList.of());
}
