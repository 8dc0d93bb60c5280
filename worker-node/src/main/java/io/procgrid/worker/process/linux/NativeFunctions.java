package io.procgrid.worker.process.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plumbing of every native call: finds functions of the C library and turns their results into
 * the kernel's own convention, a value of 0 or more, or the negated errno of this very call.
 */
@SuppressWarnings("restricted") // The one place that asks for native code.
final class NativeFunctions {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));

  private NativeFunctions() {}

  /** One call; {@code errno} is the segment that its errno is captured in. */
  interface Call {
    long in(Arena arena, MemorySegment errno) throws Throwable;
  }

  /** A function that captures errno: its handle takes the capture segment first. */
  static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
    List<Linker.Option> all = new ArrayList<>(Arrays.asList(options));
    all.add(Linker.Option.captureCallState("errno"));
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), type, all.toArray(Linker.Option[]::new));
  }

  /** A function whose errno is of no interest; null when this C library does not have it. */
  static @Nullable MethodHandle optional(
      String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER
        .defaultLookup()
        .find(name)
        .map(symbol -> LINKER.downcallHandle(symbol, type, options))
        .orElse(null);
  }

  /** The errno that was captured there last. */
  static int errno(MemorySegment captured) {
    return (int) ERRNO.get(captured, 0L);
  }

  /** Makes a call; returns its result, or the negated errno when the result was -1. */
  static long call(Call call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(CALL_STATE);
      long result = call.in(arena, errno);
      return result == -1 ? -errno(errno) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a native call cannot throw", e);
    }
  }
}
