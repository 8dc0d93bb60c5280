package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * A mark that a process hands down to every descendant and that the kernel keeps for us: the soft
 * limit on the run time of real-time threads (RLIMIT_RTTIME, microseconds), set to one of 2^60
 * values beyond 36,000 years, so it limits nothing.
 *
 * <p>Unlike parentage it survives the death of every process between; unlike session and group a
 * new session does not end it; unlike the environment, exec and {@code env -i} do not touch it and
 * no one copies it by accident. A process loses it only by setting this very limit. To read it
 * costs one system call per process, so all of /proc is searched in well under a millisecond; for a
 * process of another user, without CAP_SYS_RESOURCE, it costs reading a file.
 *
 * @param value 2^60 … 2^61 - 1
 */
public record DescentMark(long value) {
  private static final int RLIMIT_RTTIME = 15;
  private static final long LOWEST = 1L << 60;
  private static final String FILE_LINE = "Max realtime timeout";
  private static final MethodHandle PRLIMIT =
      NativeFunctions.function(
          "prlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));

  public DescentMark {
    if (!isMark(value)) {
      throw new IllegalArgumentException("descent mark " + value);
    }
  }

  /**
   * Looks whether marks fit under this process's own hard limit, which its children inherit.
   *
   * @throws IOException they do not; the message says what to change
   */
  public static void requireRoom() throws IOException {
    long[] hard = new long[1];
    long result =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment limit = allocateLimit(arena);
          int read = (int) PRLIMIT.invokeExact(errno, 0, RLIMIT_RTTIME, MemorySegment.NULL, limit);
          hard[0] = limit.getAtIndex(JAVA_LONG, 1);
          return read;
        });
    SystemCallException.check("prlimit", "RLIMIT_RTTIME", result);
    if (Long.compareUnsigned(hard[0], 2 * LOWEST) < 0) {
      throw new IOException(
          "the hard limit RLIMIT_RTTIME is "
              + Long.toUnsignedString(hard[0])
              + " µs and processes could not be marked; start the worker without it (systemd:"
              + " LimitRTTIME=infinity)");
    }
  }

  /** The mark that belongs to a name; different names get different marks. */
  public static DescentMark of(String name) {
    long hash = Hashing.sha256().hashString(name, StandardCharsets.UTF_8).asLong();
    return new DescentMark(LOWEST | (hash & (LOWEST - 1)));
  }

  /**
   * Marks a process; what it starts from now on inherits it.
   *
   * @throws SystemCallException EINVAL: the host sets a lower hard limit
   */
  public void set(int pid) throws SystemCallException {
    long result =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment limit = allocateLimit(arena);
          int read =
              (int) PRLIMIT.invokeExact(errno, pid, RLIMIT_RTTIME, MemorySegment.NULL, limit);
          if (read < 0) {
            return read;
          }
          limit.setAtIndex(JAVA_LONG, 0, value);
          return (int) PRLIMIT.invokeExact(errno, pid, RLIMIT_RTTIME, limit, MemorySegment.NULL);
        });
    SystemCallException.check("prlimit", "RLIMIT_RTTIME of pid " + pid, result);
  }

  /** Whether the process that has this pid now carries this mark; a zombie still does. */
  public boolean isOn(int pid) {
    return read(pid) == value;
  }

  /** The mark of a process; anything that is no mark when it has none or cannot be asked. */
  static long read(int pid) {
    long[] soft = new long[1];
    NativeFunctions.call((arena, errno) -> {
      soft[0] = read(pid, errno, allocateLimit(arena));
      return 0;
    });
    return soft[0];
  }

  /** The same within a call that asks for many, with one limit for all. */
  static long read(int pid, MemorySegment errno, MemorySegment limit) throws Throwable {
    int result = (int) PRLIMIT.invokeExact(errno, pid, RLIMIT_RTTIME, MemorySegment.NULL, limit);
    if (result == 0) {
      return limit.getAtIndex(JAVA_LONG, 0);
    }
    return NativeFunctions.errno(errno) == Errno.EPERM ? readFromFile(pid) : 0;
  }

  /**
   * As {@link #read(int)}, where prlimit refuses: it tells of another user's process only with
   * CAP_SYS_RESOURCE, which root of a container has not. The file tells everybody.
   */
  static long readFromFile(int pid) {
    String limits;
    try {
      limits = KernelFile.read("/proc/" + pid + "/limits");
    } catch (SystemCallException e) {
      return 0; // It is gone.
    }
    int start = limits.indexOf(FILE_LINE);
    if (start < 0) {
      return 0;
    }
    String line = limits.substring(start + FILE_LINE.length()).stripLeading();
    String soft = line.substring(0, line.indexOf(' '));
    return soft.equals("unlimited") ? -1 : Long.parseUnsignedLong(soft);
  }

  /** Room for a struct rlimit: soft, then hard limit. */
  static MemorySegment allocateLimit(SegmentAllocator allocator) {
    return allocator.allocate(JAVA_LONG, 2);
  }

  static boolean isMark(long value) {
    return value >= LOWEST && value < 2 * LOWEST;
  }
}
