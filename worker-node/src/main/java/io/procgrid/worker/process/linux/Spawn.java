package io.procgrid.worker.process.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process to be started by posix_spawn: leader of a session of its own, all signals at their
 * defaults and none blocked, and no descriptor but those named here.
 *
 * @param command the file to execute, absolute, then its arguments
 * @param environment all of it
 * @param directory working folder
 * @param stdin what becomes descriptor 0; null: /dev/null
 * @param stdout what becomes descriptor 1
 * @param stderr what becomes descriptor 2
 * @param others what becomes descriptors 3, 4, …
 */
public record Spawn(
    List<String> command,
    Map<String, String> environment,
    Path directory,
    @Nullable Descriptor stdin,
    Descriptor stdout,
    Descriptor stderr,
    List<Descriptor> others) {
  private static final short SET_SIGNAL_DEFAULTS = 0x04;
  private static final short SET_SIGNAL_MASK = 0x08;
  private static final short SET_SESSION = 0x80;
  private static final int SIGCHLD = 17;
  private static final int FIRST_OTHER = 3;
  // Generous: glibc's own sizes are 336, 80 and 128 bytes.
  private static final int STRUCT_SIZE = 512;

  private static final @Nullable MethodHandle POSIX_SPAWN =
      function("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final @Nullable MethodHandle ACTIONS_INIT =
      function("posix_spawn_file_actions_init", ADDRESS);
  private static final @Nullable MethodHandle ACTIONS_DESTROY =
      function("posix_spawn_file_actions_destroy", ADDRESS);
  private static final @Nullable MethodHandle ADD_DUP2 =
      function("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
  private static final @Nullable MethodHandle ADD_OPEN =
      function("posix_spawn_file_actions_addopen", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final @Nullable MethodHandle ADD_CHDIR =
      function("posix_spawn_file_actions_addchdir_np", ADDRESS, ADDRESS);
  private static final @Nullable MethodHandle ADD_CLOSE_FROM =
      function("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
  private static final @Nullable MethodHandle ATTRIBUTES_INIT =
      function("posix_spawnattr_init", ADDRESS);
  private static final @Nullable MethodHandle SET_FLAGS =
      function("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
  private static final @Nullable MethodHandle SET_DEFAULTS =
      function("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);
  private static final @Nullable MethodHandle SET_MASK =
      function("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
  private static final @Nullable MethodHandle FILL_SET = function("sigfillset", ADDRESS);
  private static final @Nullable MethodHandle EMPTY_SET = function("sigemptyset", ADDRESS);
  private static final @Nullable MethodHandle SIGNAL =
      NativeFunctions.optional("signal", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));

  public Spawn {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    others = List.copyOf(others);
  }

  /** One that reads nothing. */
  public Spawn(
      List<String> command,
      Map<String, String> environment,
      Path directory,
      Descriptor stdout,
      Descriptor stderr,
      List<Descriptor> others) {
    this(command, environment, directory, null, stdout, stderr, others);
  }

  /** Whether this C library has everything; descriptors are kept from children since glibc 2.34. */
  public static boolean isSupported() {
    return POSIX_SPAWN != null && ADD_CHDIR != null && ADD_CLOSE_FROM != null;
  }

  /**
   * Has children stay zombies until they are waited for: who starts the worker may have left
   * SIGCHLD ignored, and then the kernel throws exit statuses away. To be called once, before the
   * first start.
   */
  public static void keepExitStatuses() {
    NativeFunctions.call((arena, errno) -> {
      MemorySegment former =
          (MemorySegment) present(SIGNAL).invokeExact(SIGCHLD, MemorySegment.NULL);
      return former.address() == -1 ? -1 : 0;
    });
  }

  /**
   * Starts it.
   *
   * @return its pid
   */
  public int start() throws SystemCallException {
    int[] pid = new int[1];
    long error =
        NativeFunctions.call((arena, errno) -> {
          MemorySegment actions = arena.allocate(STRUCT_SIZE, 16);
          require((int) present(ACTIONS_INIT).invokeExact(actions));
          try {
            addActions(arena, actions);
            MemorySegment child = arena.allocate(JAVA_INT);
            int result =
                (int)
                    present(POSIX_SPAWN)
                        .invokeExact(
                            child,
                            arena.allocateFrom(command.getFirst()),
                            actions,
                            attributes(arena),
                            strings(arena, command),
                            strings(
                                arena,
                                environment.entrySet().stream()
                                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                                    .toList()));
            pid[0] = child.get(JAVA_INT, 0);
            // Errors come as the result here, not in errno.
            return -result;
          } finally {
            require((int) present(ACTIONS_DESTROY).invokeExact(actions));
          }
        });
    SystemCallException.check("posix_spawn", command.getFirst(), error);
    return pid[0];
  }

  private void addActions(Arena arena, MemorySegment actions) throws Throwable {
    MethodHandle duplicate = present(ADD_DUP2);
    if (stdin == null) {
      require(
          (int) present(ADD_OPEN).invokeExact(actions, 0, arena.allocateFrom("/dev/null"), 0, 0));
    } else {
      require((int) duplicate.invokeExact(actions, stdin.number(), 0));
    }
    require((int) duplicate.invokeExact(actions, stdout.number(), 1));
    require((int) duplicate.invokeExact(actions, stderr.number(), 2));
    for (int i = 0; i < others.size(); i++) {
      require((int) duplicate.invokeExact(actions, others.get(i).number(), FIRST_OTHER + i));
    }
    require((int) present(ADD_CLOSE_FROM).invokeExact(actions, FIRST_OTHER + others.size()));
    require(
        (int) present(ADD_CHDIR).invokeExact(actions, arena.allocateFrom(directory.toString())));
  }

  private static MemorySegment attributes(Arena arena) throws Throwable {
    MemorySegment attributes = arena.allocate(STRUCT_SIZE, 16);
    require((int) present(ATTRIBUTES_INIT).invokeExact(attributes));
    short flags = SET_SIGNAL_DEFAULTS | SET_SIGNAL_MASK | SET_SESSION;
    require((int) present(SET_FLAGS).invokeExact(attributes, flags));
    MemorySegment signals = arena.allocate(STRUCT_SIZE, 16);
    require((int) present(FILL_SET).invokeExact(signals));
    require((int) present(SET_DEFAULTS).invokeExact(attributes, signals));
    require((int) present(EMPTY_SET).invokeExact(signals));
    require((int) present(SET_MASK).invokeExact(attributes, signals));
    return attributes;
  }

  private static MemorySegment strings(SegmentAllocator arena, List<String> texts) {
    MemorySegment pointers = arena.allocate(ADDRESS, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
    }
    return pointers;
  }

  private static @Nullable MethodHandle function(
      String name, java.lang.foreign.MemoryLayout... arguments) {
    return NativeFunctions.optional(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static MethodHandle present(@Nullable MethodHandle function) {
    if (function == null) {
      throw new IllegalStateException("the C library lacks what isSupported() asks for");
    }
    return function;
  }

  private static void require(int error) {
    if (error != 0) {
      throw new IllegalStateException(
          "preparing posix_spawn: " + SystemCallException.describe(error));
    }
  }
}
