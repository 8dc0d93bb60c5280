package io.procgrid.head.core;

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
 * @param left whether it left cleanly: nobody waits for it at a cluster start
 */
public record WorkerRecord(
    int number,
    WorkerIdentity identity,
    WorkerInstance instance,
    String address,
    int slots,
    HostFacts host,
    String containment,
    boolean left) {
  /** The same worker, gone in order. */
  WorkerRecord leaving() {
    return new WorkerRecord(number, identity, instance, address, slots, host, containment, true);
  }
}
