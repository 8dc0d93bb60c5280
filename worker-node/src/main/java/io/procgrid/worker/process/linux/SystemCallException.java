package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** A system call failed; the message names call, object and reason. */
public final class SystemCallException extends IOException {
  private static final @Nullable MethodHandle STRERROR =
      NativeFunctions.optional("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));

  private final String message;
  private final int errno;

  SystemCallException(String call, String object, int errno) {
    this.message = call + (object.isEmpty() ? "" : " " + object) + ": " + describe(errno);
    this.errno = errno;
  }

  /** Call, object and reason; never null. */
  @Override
  public String getMessage() {
    return message;
  }

  /** The error number, one of {@link Errno}'s or another. */
  public int errno() {
    return errno;
  }

  /** The C library's words for an error number. */
  @SuppressWarnings("restricted") // The C library returns a pointer without a length.
  static String describe(int errno) {
    MethodHandle strerror = STRERROR;
    if (strerror == null) {
      return "errno " + errno;
    }
    try {
      MemorySegment text = (MemorySegment) strerror.invokeExact(errno);
      return text.reinterpret(256).getString(0);
    } catch (Throwable e) {
      throw new AssertionError("a native call cannot throw", e);
    }
  }

  /**
   * Returns the result of a call.
   *
   * @throws SystemCallException it is a negated errno
   */
  static long check(String call, String object, long result) throws SystemCallException {
    if (result < 0) {
      throw new SystemCallException(call, object, (int) -result);
    }
    return result;
  }
}
