package io.procgrid.head.workers;

import io.procgrid.common.id.ClusterId;
import io.procgrid.common.rpc.ClusterSecret;
import io.procgrid.head.core.HeadEvent;
import io.procgrid.head.store.BundleArchive;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * What every link needs.
 *
 * @param cluster the cluster that every message names
 * @param secret what every call carries
 * @param bundles files of procs, read on {@code executor}
 * @param events takes what the links report; never blocks
 * @param executor runs links and blocking reads: many short tasks side by side
 * @param timer wakes links; runs nothing itself
 * @param timing how long to wait for what
 */
public record LinkEnvironment(
    ClusterId cluster,
    ClusterSecret secret,
    BundleArchive bundles,
    Consumer<HeadEvent> events,
    Executor executor,
    ScheduledExecutorService timer,
    LinkTiming timing) {}
