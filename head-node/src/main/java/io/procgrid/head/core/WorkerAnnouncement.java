package io.procgrid.head.core;

import io.procgrid.common.id.Epoch;
import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;
import io.procgrid.common.run.HostFacts;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says of itself when it registers.
 *
 * @param clusterId cluster its journal belongs to; empty before its first registration
 * @param identity its journal
 * @param instance its process
 * @param wantedNumber number it would like; 0 = any
 * @param address host:port of its gRPC server
 * @param slots segments of one distributed run, at least 1
 * @param host its host
 * @param containment "cgroup", "namespace", "session" or "portable"
 * @param highestEpoch highest it has seen; null before the first
 * @param highestRunId highest it has seen; 0 before the first
 */
public record WorkerAnnouncement(
    String clusterId,
    WorkerIdentity identity,
    WorkerInstance instance,
    int wantedNumber,
    String address,
    int slots,
    HostFacts host,
    String containment,
    @Nullable Epoch highestEpoch,
    long highestRunId) {}
