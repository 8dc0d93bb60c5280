package io.procgrid.worker.process;

/**
 * Where a containment puts its processes.
 *
 * @param mechanism name of the containment
 * @param folder for cgroups, the folder of the leaves; empty otherwise
 */
public record Ground(String mechanism, String folder) {
  /** Nobody noted where. */
  public static final Ground UNKNOWN = new Ground("unknown", "");
}
