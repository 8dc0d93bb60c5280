package io.procgrid.worker;

import io.procgrid.common.run.HostFacts;
import io.procgrid.worker.journal.HostStamp;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what the worker knows of its host; empty for what cannot be read. */
final class HostProbe {
  private HostProbe() {}

  static HostFacts read() {
    return new HostFacts(
        hostName(),
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")),
        text("/etc/machine-id"),
        text("/sys/class/dmi/id/product_uuid"),
        text("/proc/sys/kernel/random/boot_id"));
  }

  /**
   * Time since the boot of the host by CLOCK_BOOTTIME, ms; 0 where it cannot be read, as off Linux.
   * Format: proc_uptime(5), seconds with two decimals.
   */
  static long sinceBootMillis() {
    String uptime = text("/proc/uptime");
    return uptime.isEmpty()
        ? 0
        : new BigDecimal(uptime.substring(0, uptime.indexOf(' '))).movePointRight(3).longValue();
  }

  /** What tells this host, its boot, and the pid namespace of this process from others. */
  static HostStamp stamp(HostFacts facts) {
    return new HostStamp(
        facts.hostName(), facts.machineId(), facts.productUuid(), facts.bootId(), pidNamespace());
  }

  private static String pidNamespace() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static String hostName() {
    String kernel = text("/proc/sys/kernel/hostname");
    if (!kernel.isEmpty()) {
      return kernel;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "";
    }
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
