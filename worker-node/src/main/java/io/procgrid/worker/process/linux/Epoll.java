package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/** Waits on many descriptors at once; each is told once, by the token it was added with. */
public final class Epoll implements AutoCloseable {
  private static final int EPOLL_CLOEXEC = 02000000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLLIN = 1;
  private static final int EPOLLONESHOT = 1 << 30;
  private static final int BATCH = 256;

  // struct epoll_event is packed on x86-64 alone.
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
  private static final int EVENT_SIZE = PACKED ? 12 : 16;
  private static final int EVENT_DATA = PACKED ? 4 : 8;

  private static final MethodHandle EPOLL_CREATE1 =
      NativeFunctions.function("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle EPOLL_CTL =
      NativeFunctions.function(
          "epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle EPOLL_WAIT =
      NativeFunctions.function(
          "epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

  private final Descriptor descriptor;

  public Epoll() throws SystemCallException {
    long number =
        NativeFunctions.call(
            (arena, errno) -> (int) EPOLL_CREATE1.invokeExact(errno, EPOLL_CLOEXEC));
    descriptor = Descriptor.of((int) SystemCallException.check("epoll_create1", "", number));
  }

  /** Tells the token when the process is over. Closing the pidfd ends the watch. */
  public void add(Pidfd process, long token) throws SystemCallException {
    add(process.number(), token);
  }

  /** Tells the token when the descriptor can be read. */
  public void add(Descriptor readable, long token) throws SystemCallException {
    add(readable.number(), token);
  }

  /** Waits for as long as it takes and returns the tokens of what became readable. */
  public long[] await() throws SystemCallException {
    long[] tokens = new long[BATCH];
    long count =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment events = arena.allocate((long) BATCH * EVENT_SIZE, 8);
          int ready = (int) EPOLL_WAIT.invokeExact(errno, descriptor.number(), events, BATCH, -1);
          for (int i = 0; i < ready; i++) {
            tokens[i] = events.get(JAVA_LONG_UNALIGNED, (long) i * EVENT_SIZE + EVENT_DATA);
          }
          return ready;
        });
    if (count == -Errno.EINTR) {
      return new long[0];
    }
    SystemCallException.check("epoll_wait", "", count);
    return Arrays.copyOf(tokens, (int) count);
  }

  @Override
  public void close() {
    descriptor.close();
  }

  private void add(int number, long token) throws SystemCallException {
    long result =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment event = arena.allocate(EVENT_SIZE, 8);
          event.set(JAVA_INT, 0, EPOLLIN | EPOLLONESHOT);
          event.set(JAVA_LONG_UNALIGNED, EVENT_DATA, token);
          return (int)
              EPOLL_CTL.invokeExact(errno, descriptor.number(), EPOLL_CTL_ADD, number, event);
        });
    SystemCallException.check("epoll_ctl", "", result);
  }
}
