package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Makes this process the parent of what its descendants orphan. */
public final class SubReaper {
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final MethodHandle PRCTL =
      NativeFunctions.function(
          "prctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));

  private SubReaper() {}

  /** Holds for the whole process, until it ends. */
  public static void become() throws SystemCallException {
    SystemCallException.check(
        "prctl",
        "PR_SET_CHILD_SUBREAPER",
        NativeFunctions.call((arena, errno) ->
            (int) PRCTL.invokeExact(errno, PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L)));
  }
}
