package io.procgrid.common.run;

/**
 * What a worker knows of its host. Each fact is empty where it cannot be read.
 *
 * @param hostName a label
 * @param system operating system, version and architecture, as text
 * @param machineId {@code /etc/machine-id}
 * @param productUuid the firmware's product uuid
 * @param bootId {@code /proc/sys/kernel/random/boot_id}
 */
public record HostFacts(
    String hostName, String system, String machineId, String productUuid, String bootId) {}
