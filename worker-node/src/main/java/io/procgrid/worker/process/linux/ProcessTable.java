package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All processes of the host, read from /proc by the kernel's own directory call: a process that is
 * alive all the while is always among them.
 */
public final class ProcessTable {
  private static final int BUFFER_SIZE = 64 * 1024;
  // struct linux_dirent64
  private static final int ENTRY_LENGTH = 16;
  private static final int ENTRY_NAME = 19;
  private static final MethodHandle GETDENTS64 =
      NativeFunctions.function(
          "getdents64", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

  private ProcessTable() {}

  /** The pids there are, zombies included. */
  public static List<Integer> pids() throws SystemCallException {
    List<Integer> pids = new ArrayList<>();
    try (Descriptor directory = Descriptor.openToRead("/proc")) {
      long result =
          NativeFunctions.call((arena, errno) -> {
            MemorySegment buffer = arena.allocate(BUFFER_SIZE, 8);
            long length;
            do {
              length =
                  (long)
                      GETDENTS64.invokeExact(errno, directory.number(), buffer, (long) BUFFER_SIZE);
              collect(buffer, length, pids);
            } while (length > 0);
            return length;
          });
      SystemCallException.check("getdents64", "/proc", result);
    }
    return pids;
  }

  /** The children of a process that starts them from its first thread. */
  public static List<Integer> childrenOf(int parent) throws SystemCallException {
    String path = "/proc/" + parent + "/task/" + parent + "/children";
    try {
      return Stream.of(KernelFile.read(path).trim().split(" "))
          .filter(pid -> !pid.isEmpty())
          .map(Integer::valueOf)
          .toList();
    } catch (SystemCallException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      // A kernel without CONFIG_PROC_CHILDREN.
      return pids().stream()
          .filter(pid -> ProcessStat.of(pid).filter(stat -> stat.parent() == parent).isPresent())
          .toList();
    }
  }

  /** The pids that carry a mark, by mark. */
  public static Map<Long, List<Integer>> marked() throws SystemCallException {
    Map<Long, List<Integer>> marked = new HashMap<>();
    List<Integer> pids = pids();
    NativeFunctions.call((arena, errno) -> {
      MemorySegment limit = DescentMark.allocateLimit(arena);
      for (int pid : pids) {
        long mark = DescentMark.read(pid, errno, limit);
        if (DescentMark.isMark(mark)) {
          marked.computeIfAbsent(mark, absent -> new ArrayList<>()).add(pid);
        }
      }
      return 0;
    });
    return marked;
  }

  private static void collect(MemorySegment buffer, long length, List<Integer> pids) {
    for (long entry = 0; entry < length; ) {
      int pid = number(buffer, entry + ENTRY_NAME);
      if (pid > 0) {
        pids.add(pid);
      }
      entry += Short.toUnsignedInt(buffer.get(JAVA_SHORT_UNALIGNED, entry + ENTRY_LENGTH));
    }
  }

  /** The number that a name is; 0 when it is none. */
  private static int number(MemorySegment buffer, long offset) {
    int number = 0;
    for (long at = offset; ; at++) {
      byte digit = buffer.get(JAVA_BYTE, at);
      if (digit == 0) {
        return number;
      }
      if (digit < '0' || digit > '9') {
        return 0;
      }
      number = 10 * number + (digit - '0');
    }
  }
}
