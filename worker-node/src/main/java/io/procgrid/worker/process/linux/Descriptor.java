package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file descriptor. Each is close-on-exec, and its number is 10 or more, so that it is never
 * one of the numbers that a child gets.
 */
public final class Descriptor implements AutoCloseable {
  private static final int LOWEST = 10;
  private static final int O_WRONLY = 01;
  private static final int O_CREAT = 0100;
  private static final int O_NOCTTY = 0400;
  private static final int O_APPEND = 02000;
  private static final int O_CLOEXEC = 02000000;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final short POLLIN = 1;
  private static final short POLLOUT = 4;

  private static final MethodHandle OPEN =
      NativeFunctions.function(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      NativeFunctions.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle READ =
      NativeFunctions.function(
          "read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle WRITE =
      NativeFunctions.function(
          "write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle PIPE2 =
      NativeFunctions.function("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle FCNTL =
      NativeFunctions.function(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle POLL =
      NativeFunctions.function(
          "poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private final int number;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Descriptor(int number) {
    this.number = number;
  }

  /**
   * Both ends of a pipe.
   *
   * @param reader end of file when every copy of the writer is closed
   * @param writer writes fail with EPIPE when every copy of the reader is closed
   */
  public record Pipe(Descriptor reader, Descriptor writer) implements AutoCloseable {
    @Override
    public void close() {
      reader.close();
      writer.close();
    }
  }

  /** Takes a descriptor that a system call has just returned. */
  static Descriptor of(int number) throws SystemCallException {
    Descriptor descriptor = new Descriptor(number);
    if (number >= LOWEST) {
      return descriptor;
    }
    long moved =
        NativeFunctions.call(
            (arena, errno) -> (int) FCNTL.invokeExact(errno, number, F_DUPFD_CLOEXEC, LOWEST));
    descriptor.close();
    return new Descriptor((int) SystemCallException.check("fcntl", "F_DUPFD_CLOEXEC", moved));
  }

  /** Opens a file to read it. */
  public static Descriptor openToRead(String path) throws SystemCallException {
    return open(path, O_CLOEXEC | O_NOCTTY, 0);
  }

  /** Opens a file that exists to write to it, as it is done with files of the kernel. */
  public static Descriptor openToWrite(String path) throws SystemCallException {
    return open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY, 0);
  }

  /** Opens a file to append to it; creates it for its owner alone when it is missing. */
  public static Descriptor openToAppend(Path path) throws SystemCallException {
    return open(path.toString(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
  }

  /** A new pipe. */
  public static Pipe pipe() throws SystemCallException {
    int[] ends = new int[2];
    long result =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment pair = arena.allocate(JAVA_INT, 2);
          int made = (int) PIPE2.invokeExact(errno, pair, O_CLOEXEC);
          ends[0] = pair.getAtIndex(JAVA_INT, 0);
          ends[1] = pair.getAtIndex(JAVA_INT, 1);
          return made;
        });
    SystemCallException.check("pipe2", "", result);
    return new Pipe(of(ends[0]), of(ends[1]));
  }

  /** Another descriptor of the same open file. */
  public Descriptor duplicate() throws SystemCallException {
    long copy =
        NativeFunctions.call(
            (arena, errno) -> (int) FCNTL.invokeExact(errno, number, F_DUPFD_CLOEXEC, LOWEST));
    return new Descriptor((int) SystemCallException.check("fcntl", "F_DUPFD_CLOEXEC", copy));
  }

  /** The number; of no use after {@link #close()}. */
  public int number() {
    return number;
  }

  /**
   * Reads once.
   *
   * @return how many bytes were read; 0 at the end of file
   */
  public int read(byte[] buffer, int offset) throws SystemCallException {
    int length = buffer.length - offset;
    long count =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment bytes = arena.allocate(length);
          long read = (long) READ.invokeExact(errno, number, bytes, (long) length);
          if (read > 0) {
            MemorySegment.copy(bytes, JAVA_BYTE, 0, buffer, offset, (int) read);
          }
          return read;
        });
    return (int) SystemCallException.check("read", "", count);
  }

  /** Writes all of it by one call, as files of the kernel want it. */
  public void write(byte[] bytes) throws SystemCallException {
    long count =
        NativeFunctions.call((arena, errno) ->
            (long)
                WRITE.invokeExact(
                    errno, number, arena.allocateFrom(JAVA_BYTE, bytes), (long) bytes.length));
    SystemCallException.check("write", "", count);
  }

  /**
   * Waits until there is something to read, an end of file included.
   *
   * @param timeoutMillis 0 only looks
   */
  public boolean awaitReadable(int timeoutMillis) throws SystemCallException {
    return await(POLLIN, timeoutMillis);
  }

  /**
   * Waits until a page can be written to a pipe, or nobody reads it any more.
   *
   * @param timeoutMillis 0 only looks
   */
  public boolean awaitWritable(int timeoutMillis) throws SystemCallException {
    return await(POLLOUT, timeoutMillis);
  }

  private boolean await(short event, int timeoutMillis) throws SystemCallException {
    long ready =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment pollfd = arena.allocate(8, 4);
          pollfd.set(JAVA_INT, 0, number);
          pollfd.set(JAVA_SHORT, 4, event);
          return (int) POLL.invokeExact(errno, pollfd, 1L, timeoutMillis);
        });
    if (ready == -Errno.EINTR) {
      return false;
    }
    return SystemCallException.check("poll", "", ready) > 0;
  }

  /** Closes it; further calls do nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      // Linux frees the number whatever close returns.
      NativeFunctions.call((arena, errno) -> (int) CLOSE.invokeExact(errno, number));
    }
  }

  private static Descriptor open(String path, int flags, int mode) throws SystemCallException {
    long number =
        NativeFunctions.call(
            (arena, errno) -> (int) OPEN.invokeExact(errno, arena.allocateFrom(path), flags, mode));
    return of((int) SystemCallException.check("open", path, number));
  }
}
