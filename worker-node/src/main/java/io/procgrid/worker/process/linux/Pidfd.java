package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.procgrid.common.run.ExitStatus;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A process by descriptor: unlike a pid it never comes to mean another process.
 *
 * <p>It is readable once every thread of the process is over; only then the process is dead.
 */
public final class Pidfd implements AutoCloseable {
  /** The one signal that cannot be caught. */
  public static final int SIGKILL = 9;

  /** Lets a stopped process go on; the same number on x86-64 and aarch64. */
  public static final int SIGCONT = 18;

  /** The one signal besides that cannot be caught: stops a process where it is. */
  public static final int SIGSTOP = 19;

  // The same numbers on every architecture since Linux 5.1.
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;

  private static final int P_PIDFD = 3;
  private static final int P_PID = 1;
  private static final int WNOHANG = 1;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x01000000;
  private static final int SIGINFO_SIZE = 128;
  private static final int SIGINFO_CODE = 8;
  private static final int SIGINFO_PID = 16;
  private static final int SIGINFO_STATUS = 24;
  private static final int CLD_EXITED = 1;

  // struct pidfd_info of linux/pidfd.h, first version; exit information since Linux 6.15.
  private static final long PIDFD_GET_INFO = 0xC040FF0BL;
  private static final int INFO_SIZE = 64;
  private static final long INFO_EXIT = 1 << 3;
  private static final int INFO_EXIT_CODE = 60;

  private static final MethodHandle SYSCALL =
      NativeFunctions.function(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle WAITID =
      NativeFunctions.function(
          "waitid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle IOCTL =
      NativeFunctions.function(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          Linker.Option.firstVariadicArg(2));

  private final Descriptor descriptor;

  private Pidfd(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Opens the process that has this pid now.
   *
   * @throws SystemCallException ESRCH: there is none
   */
  public static Pidfd open(int pid) throws SystemCallException {
    long number =
        NativeFunctions.call((arena, errno) ->
            (long) SYSCALL.invokeExact(errno, SYS_PIDFD_OPEN, (long) pid, 0L, 0L, 0L));
    return new Pidfd(
        Descriptor.of((int) SystemCallException.check("pidfd_open", "pid " + pid, number)));
  }

  /**
   * Sends a signal.
   *
   * @return whether there was a process to take it, a zombie included
   */
  public boolean signal(int signal) throws SystemCallException {
    long result =
        NativeFunctions.call((arena, errno) ->
            (long)
                SYSCALL.invokeExact(
                    errno,
                    SYS_PIDFD_SEND_SIGNAL,
                    (long) descriptor.number(),
                    (long) signal,
                    0L,
                    0L));
    if (result == -Errno.ESRCH) {
      return false;
    }
    SystemCallException.check("pidfd_send_signal", "signal " + signal, result);
    return true;
  }

  /** Waits until every thread of the process is over; returns whether it is. */
  public boolean awaitDeath(int timeoutMillis) throws SystemCallException {
    return descriptor.awaitReadable(timeoutMillis);
  }

  /** Whether every thread of the process is over. */
  public boolean isDead() throws SystemCallException {
    return descriptor.awaitReadable(0);
  }

  /**
   * How it ended, when it did; it stays a zombie, so that its pid is not used again.
   *
   * @throws SystemCallException ECHILD: it is not a child of this process, or no longer
   */
  public Optional<ExitStatus> peek() throws SystemCallException {
    return waitid(P_PIDFD, descriptor.number(), WEXITED | WNOHANG | WNOWAIT);
  }

  /**
   * How it ended, when it did, and gives up its pid.
   *
   * @throws SystemCallException ECHILD: it is not a child of this process, or no longer
   */
  public Optional<ExitStatus> reap() throws SystemCallException {
    return waitid(P_PIDFD, descriptor.number(), WEXITED | WNOHANG);
  }

  /** Waits for a child by pid for as long as it takes, and reaps it. */
  public static void awaitChild(int pid) throws SystemCallException {
    long result;
    do {
      result =
          NativeFunctions.call((arena, errno) ->
              (int)
                  WAITID.invokeExact(errno, P_PID, pid, arena.allocate(SIGINFO_SIZE, 8), WEXITED));
    } while (result == -Errno.EINTR);
    SystemCallException.check("waitid", "pid " + pid, result);
  }

  /**
   * How it ended, of any process, once its parent has reaped it. Empty before that, and always on
   * kernels before 6.15.
   */
  public Optional<ExitStatus> exitInformation() {
    int[] status = new int[1];
    long known =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment info = arena.allocate(INFO_SIZE, 8);
          info.set(JAVA_LONG, 0, INFO_EXIT);
          int result = (int) IOCTL.invokeExact(errno, descriptor.number(), PIDFD_GET_INFO, info);
          status[0] = info.get(JAVA_INT, INFO_EXIT_CODE);
          return result == 0 ? info.get(JAVA_LONG, 0) & INFO_EXIT : -1;
        });
    return known > 0 ? Optional.of(ofWaitStatus(status[0])) : Optional.empty();
  }

  int number() {
    return descriptor.number();
  }

  @Override
  public void close() {
    descriptor.close();
  }

  /** Reads the classic status word of wait(2). */
  static ExitStatus ofWaitStatus(int status) {
    int signal = status & 0x7f;
    return signal == 0
        ? new ExitStatus.Exited((status >> 8) & 0xff)
        : new ExitStatus.Signalled(signal);
  }

  private static Optional<ExitStatus> waitid(int type, int id, int options)
      throws SystemCallException {
    int[] seen = new int[3];
    long result =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment info = arena.allocate(SIGINFO_SIZE, 8);
          int waited = (int) WAITID.invokeExact(errno, type, id, info, options);
          seen[0] = info.get(JAVA_INT, SIGINFO_PID);
          seen[1] = info.get(JAVA_INT, SIGINFO_CODE);
          seen[2] = info.get(JAVA_INT, SIGINFO_STATUS);
          return waited;
        });
    SystemCallException.check("waitid", "", result);
    if (seen[0] == 0) {
      return Optional.empty();
    }
    return Optional.of(
        seen[1] == CLD_EXITED ? new ExitStatus.Exited(seen[2]) : new ExitStatus.Signalled(seen[2]));
  }
}
