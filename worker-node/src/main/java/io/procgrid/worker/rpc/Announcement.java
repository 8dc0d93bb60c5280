package io.procgrid.worker.rpc;

import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.HostFacts;

/**
 * What a worker says of itself when it registers, and what does not change while it runs.
 *
 * @param wantedNumber 1 …, 0 = any
 * @param address host:port under which the head reaches it
 * @param slots segments of one distributed run here
 * @param containment name of the containment in force
 */
public record Announcement(
    WorkerIdentity identity,
    WorkerInstance instance,
    int wantedNumber,
    String address,
    int slots,
    HostFacts host,
    String containment) {}
