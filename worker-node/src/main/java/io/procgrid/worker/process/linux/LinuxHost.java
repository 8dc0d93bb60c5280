package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** What must hold of a host so that the rest of this package works on it. */
public final class LinuxHost {
  private static final int CLOCK_BOOTTIME = 7;
  // USER_HZ, which the kernel promises to programs whatever its own clock does.
  private static final long TICKS_PER_SECOND = 100;
  private static final long NANOS_PER_TICK = 10_000_000;
  private static final MethodHandle CLOCK_GETTIME =
      NativeFunctions.function("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

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

  /** Time since the host's boot in the unit in which processes tell their start, 1/100 s. */
  public static long ticksSinceBoot() {
    return NativeFunctions.call((arena, errno) -> {
      MemorySegment time = arena.allocate(2 * JAVA_LONG.byteSize(), JAVA_LONG.byteAlignment());
      int result = (int) CLOCK_GETTIME.invokeExact(errno, CLOCK_BOOTTIME, time);
      return result == -1
          ? -1
          : time.getAtIndex(JAVA_LONG, 0) * TICKS_PER_SECOND
              + time.getAtIndex(JAVA_LONG, 1) / NANOS_PER_TICK;
    });
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
