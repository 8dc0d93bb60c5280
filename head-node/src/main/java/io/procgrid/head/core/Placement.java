package io.procgrid.head.core;

import io.procgrid.common.id.WorkerIdentity;
import io.procgrid.common.id.WorkerInstance;

/**
 * Where a segment was placed, durable before its Start leaves. A proof counts only from the worker,
 * and the journal, that the segment was placed on.
 *
 * @param identity the worker's journal
 * @param instance the worker process at the time
 * @param bootId boot of the worker's host at the time; empty off Linux
 * @param machine machine id and product uuid of the host, as one text
 */
public record Placement(
    WorkerIdentity identity, WorkerInstance instance, String bootId, String machine) {}
