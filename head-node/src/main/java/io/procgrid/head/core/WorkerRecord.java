package io.procgrid.head.core;

import com.google.common.collect.ImmutableList;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.HostFacts;

/**
 * A worker as the store keeps it.
 *
 * @param number 1 …, unique, kept as long as the identity
 * @param identity its journal
 * @param instance its latest known process
 * @param address host:port of its gRPC server, the latest known
 * @param slots segments of one distributed run
 * @param host its host
 * @param containment containment in force
 * @param standing where it stands in the cluster
 * @param fenced processes that were replaced while they did not answer: refused for ever
 */
public record WorkerRecord(
    int number,
    WorkerIdentity identity,
    WorkerInstance instance,
    String address,
    int slots,
    HostFacts host,
    String containment,
    WorkerStanding standing,
    ImmutableList<WorkerInstance> fenced) {
  /** The same worker, standing elsewhere. */
  WorkerRecord as(WorkerStanding other) {
    return new WorkerRecord(
        number, identity, instance, address, slots, host, containment, other, fenced);
  }
}
