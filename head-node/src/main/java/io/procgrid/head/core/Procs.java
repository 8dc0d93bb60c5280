package io.procgrid.head.core;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The procs, by name. */
final class Procs {
  private final CoreContext context;
  private final TreeMap<String, ProcDefinition> byName = new TreeMap<>();

  /** Names whose creation or deletion is on its way into the store. */
  private final Set<String> changing = new HashSet<>();

  Procs(CoreContext context, Recovered recovered) {
    this.context = context;
    for (ProcDefinition proc : recovered.procs()) {
      byName.put(proc.name(), proc);
    }
  }

  /** The proc of that name that may be executed, or null. */
  @Nullable ProcDefinition executable(String name) {
    return changing.contains(name) ? null : byName.get(name);
  }

  /** True while the proc exists and is not on its way out. */
  boolean exists(ProcDefinition proc) {
    return proc.equals(executable(proc.name()));
  }

  /** All for an empty name; else the one, or none. */
  List<ProcDefinition> matching(String name) {
    if (name.isEmpty()) {
      return List.copyOf(byName.values());
    }
    ProcDefinition proc = byName.get(name);
    return proc == null ? List.of() : List.of(proc);
  }

  void create(long request, Command.CreateProc command) {
    String name = command.proc().name();
    if (byName.containsKey(name) || !changing.add(name)) {
      context.outbox.refuse(
          request,
          "proc_name: a proc named '%s' exists already; delete it first, or choose another name"
              .formatted(name));
      return;
    }
    context.outbox.persist(
        List.of(new Mutation.ProcCreated(command.proc(), command.bundle())),
        () -> {
          changing.remove(name);
          byName.put(name, command.proc());
          context.outbox.reply(request, new Answer.Done());
        },
        reason -> {
          changing.remove(name);
          context.outbox.refuse(
              request,
              "proc '%s' could not be stored: %s; nothing was created".formatted(name, reason));
        });
  }

  /** From now on nobody executes it. */
  void beginDeletion(String name) {
    changing.add(name);
  }

  /** Its deletion is in the store. */
  void deleted(String name) {
    changing.remove(name);
    byName.remove(name);
  }

  static String unknown(String name) {
    return "proc_name: there is no proc named '%s'; /show/proc lists those that exist"
        .formatted(name);
  }
}
