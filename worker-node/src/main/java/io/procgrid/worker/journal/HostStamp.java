package io.procgrid.worker.journal;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What tells one host, one boot of it and one pid namespace of that from another. Each part is
 * empty where it cannot be read.
 *
 * @param hostName a label, for people
 * @param machineId {@code /etc/machine-id}
 * @param productUuid the firmware's product uuid
 * @param bootId {@code /proc/sys/kernel/random/boot_id}
 * @param pidNamespace what {@code /proc/self/ns/pid} links to
 */
public record HostStamp(
    @JsonProperty("host_name") String hostName,
    @JsonProperty("machine_id") String machineId,
    @JsonProperty("product_uuid") String productUuid,
    @JsonProperty("boot_id") String bootId,
    @JsonProperty("pid_namespace") String pidNamespace) {

  /** Where a process is whose worker had a stamp, seen from a worker that has another. */
  enum Whereabouts {
    /** Here: its pid means what it meant. */
    HERE,
    /** On this machine, before a reboot: nothing of it is alive. */
    REBOOTED,
    /** Maybe on this machine, in a pid namespace whose numbers mean nothing here. */
    OTHER_NAMESPACE,
    /** On another machine, or on one of which nothing tells that it is this one. */
    OTHER_MACHINE
  }

  /** This machine at another of its boots, or at this one. */
  HostStamp atBoot(String otherBootId) {
    return new HostStamp(hostName, machineId, productUuid, otherBootId, "");
  }

  /** Where processes of this stamp are, seen from now. */
  Whereabouts seenFrom(HostStamp now) {
    if (bootId.equals(now.bootId)) {
      // Two boots never share their number, so this is the machine it was.
      boolean sameNumbers =
          pidNamespace.isEmpty()
              || now.pidNamespace.isEmpty()
              || pidNamespace.equals(now.pidNamespace);
      return sameNumbers ? Whereabouts.HERE : Whereabouts.OTHER_NAMESPACE;
    }
    return isMachineOf(now) ? Whereabouts.REBOOTED : Whereabouts.OTHER_MACHINE;
  }

  /** A part that cannot be read on either side says nothing; one part at least must say yes. */
  private boolean isMachineOf(HostStamp now) {
    if (contradict(machineId, now.machineId) || contradict(productUuid, now.productUuid)) {
      return false;
    }
    return agree(machineId, now.machineId) || agree(productUuid, now.productUuid);
  }

  private static boolean agree(String one, String other) {
    return !one.isEmpty() && one.equals(other);
  }

  private static boolean contradict(String one, String other) {
    return !one.isEmpty() && !other.isEmpty() && !one.equals(other);
  }

  /** The machine, for people. */
  String machine() {
    String id = machineId.isEmpty() ? productUuid : machineId;
    return "machine %s (host %s)"
        .formatted(id.isEmpty() ? "unknown" : id, hostName.isEmpty() ? "unknown" : hostName);
  }
}
