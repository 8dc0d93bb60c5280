package io.procgrid.worker.process;

/**
 * What finds a segment's tree again after a restart of the worker. A pid is never trusted alone:
 * start time and boot id must match.
 *
 * @param containment name of the mechanism
 * @param pid the leader's; for a namespace, that of the init's process on the host
 * @param startTicks its start time, clock ticks since boot; 0 off Linux
 * @param bootId boot of the host at the time; empty off Linux
 * @param place what the mechanism needs besides: the leaf's path, the session number
 * @param startedAtMillis wall clock, ms since 1970
 */
public record ProcessRecord(
    String containment,
    long pid,
    long startTicks,
    String bootId,
    String place,
    long startedAtMillis) {
  /** Of what is in a leaf, and of which nothing else is known. */
  static ProcessRecord ofPlace(String leaf) {
    return new ProcessRecord(CgroupContainment.NAME, 0, 0, "", leaf, 0);
  }
}
