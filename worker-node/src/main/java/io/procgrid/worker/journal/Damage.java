package io.procgrid.worker.journal;

/**
 * That the entry of a segment was found damaged or missing, and was replaced.
 *
 * @param reason what is wrong, for people
 * @param host where its processes were started at the latest
 */
record Damage(String reason, HostStamp host) {}
