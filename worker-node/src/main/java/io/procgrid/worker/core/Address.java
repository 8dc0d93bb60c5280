package io.procgrid.worker.core;

import io.procgrid.common.id.Epoch;

/**
 * Whom a message is for, and the term of its sender, as the sender wrote it: nothing of it is
 * trusted before {@link Terms} has compared it.
 *
 * @param clusterId cluster the sender believes the worker to be in
 * @param identity the journal it is for
 * @param instance the worker process it is for
 * @param epoch term of the sender
 */
public record Address(String clusterId, String identity, String instance, Epoch epoch) {}
