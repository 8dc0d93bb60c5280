package io.procgrid.worker.process.linux;

import java.util.Optional;

/** What must hold of a host so that the rest of this package works on it. */
public final class LinuxHost {
  private LinuxHost() {}

  /** Why the bindings cannot be used here; empty when they can. */
  public static Optional<String> unsupported() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.of("the system is " + System.getProperty("os.name") + ", not Linux");
    }
    String architecture = System.getProperty("os.arch");
    if (!architecture.equals("amd64") && !architecture.equals("aarch64")) {
      return Optional.of("the architecture is " + architecture + ", not amd64 or aarch64");
    }
    if (!Spawn.isSupported()) {
      return Optional.of("the C library is not glibc 2.34 or newer");
    }
    try (Pidfd self = Pidfd.open((int) ProcessHandle.current().pid())) {
      return self.isDead() ? Optional.of("pidfds do not work") : Optional.empty();
    } catch (SystemCallException e) {
      return Optional.of(e.getMessage() + " (Linux 5.4 or newer is needed)");
    }
  }

  /**
   * Random number of the host's boot.
   *
   * @throws SystemCallException /proc is not there
   */
  public static String bootId() throws SystemCallException {
    return KernelFile.read("/proc/sys/kernel/random/boot_id").trim();
  }
}
