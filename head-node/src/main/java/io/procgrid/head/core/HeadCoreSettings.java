package io.procgrid.head.core;

/**
 * What the core is told once.
 *
 * @param clusterStartWaitMillis how long auto-start entries and waiting distributed runs wait for
 *     the workers known from before, ms
 * @param wallOffsetMillis wall clock minus the clock of {@link HeadCore#step}, ms: for times that
 *     are shown
 */
public record HeadCoreSettings(long clusterStartWaitMillis, long wallOffsetMillis) {}
