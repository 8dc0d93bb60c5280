package io.procgrid.it.soak;

import io.procgrid.it.ProcDraft;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The procs of the soak, each created once under its name and shared by all clients. */
enum ProcKind {
  /** One process without a script. */
  SLEEPER(40, 1, "exec sleep MARK"),

  /** Children and grandchildren that left in every way and ignore what can be ignored. */
  TREE(
      5,
      7,
      """
      trap '' TERM HUP INT
      sleep MARK &
      setsid sleep MARK &
      (env -i setsid sleep MARK &)
      sh -c "trap '' TERM; sleep MARK & sleep MARK; :" &
      exec sleep MARK\
      """),

  /** All of it stopped. */
  STOPPED(5, 2, "sleep MARK & kill -STOP $!; kill -STOP $$; exec sleep MARK"),

  /** The leader leaves a child that is killed when it ends. */
  BRIEF_WITH_CHILD(3, 3, "sleep MARK & " + Scripts.BRIEF),

  /** Ends by itself, having said how. */
  BRIEF(20, 2, Scripts.BRIEF),

  /** On every worker. */
  SPREAD(4, 4, "exec sleep MARK"),

  /** On every worker, each process ends by itself, having said how. */
  SPREAD_BRIEF(2, 8, Scripts.BRIEF),

  /** Few at a time, the others wait. */
  QUEUED(10, 1, "exec sleep MARK"),

  /** Ends when asked to, with a status of its own. */
  GRACEFUL(8, 2, "trap 'exit 3' TERM; sleep MARK & wait");

  private final int weight;
  private final int processes;
  private final String script;

  ProcKind(int weight, int processes, String script) {
    this.weight = weight;
    this.processes = processes;
    this.script = script;
  }

  /** The name under which it is created. */
  String procName() {
    return "soak " + name();
  }

  /** The kind of a proc name; procs that were created to be deleted are sleepers. */
  static ProcKind ofProc(String procName) {
    for (ProcKind kind : values()) {
      if (kind.procName().equals(procName)) {
        return kind;
      }
    }
    return SLEEPER;
  }

  /** Those that there are; with grace periods or without. */
  static List<ProcKind> all(boolean grace) {
    return Stream.of(values()).filter(kind -> grace || kind != GRACEFUL).toList();
  }

  /** One of them, by weight. */
  static ProcKind any(Random random, boolean grace) {
    List<ProcKind> kinds = all(grace);
    int rest = random.nextInt(kinds.stream().mapToInt(kind -> kind.weight).sum());
    int index = 0;
    while (rest >= kinds.get(index).weight) {
      rest -= kinds.get(index).weight;
      index++;
    }
    return kinds.get(index);
  }

  /** Processes of a run on four workers, at most. */
  int processes() {
    return processes;
  }

  /** Whether its runs end by themselves. */
  boolean isBrief() {
    return this == BRIEF || this == BRIEF_WITH_CHILD || this == SPREAD_BRIEF;
  }

  /** The proc to create. */
  ProcDraft draft(Marker marker, Path ledger) {
    String text = script.replace("MARK", marker.inShell()).replace("LEDGER", ledger.toString());
    ProcDraft draft =
        ProcDraft.command("/bin/sh", "-c", text)
            .option("env." + Marker.VARIABLE, marker.nonce())
            .option("env.SOAK_KIND", name());
    return switch (this) {
      case SPREAD, SPREAD_BRIEF -> draft.distributed();
      case QUEUED -> draft.option("max_concurrency_per_node", "3");
      case GRACEFUL -> draft.option("kill_grace_period_ms", "500");
      case SLEEPER, TREE, STOPPED, BRIEF_WITH_CHILD, BRIEF -> draft;
    };
  }

  private static final class Scripts {
    /** Says what its exit status will be, and then has it. */
    static final String BRIEF =
        """
        sleep $PROCGRID_PARAM_SECONDS
        name=$PROCGRID_RUN_ID.$PROCGRID_SEGMENT_ID.$$
        printf %s $PROCGRID_PARAM_CODE >LEDGER/new.$name && mv LEDGER/new.$name LEDGER/$name
        exit $PROCGRID_PARAM_CODE\
        """;
  }
}
