package io.procgrid.head.api;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.core.ProcDefinition;
import io.procgrid.head.core.RunView;
import io.procgrid.head.engine.CommandGateway;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A core that keeps procs, says what it is told about runs, and remembers what it was asked. */
final class FakeCore implements CommandGateway {
  final List<Command> commands = new CopyOnWriteArrayList<>();
  final Map<String, ProcDefinition> procs = new TreeMap<>();
  final List<RunView> runs = new CopyOnWriteArrayList<>();
  volatile ImmutableMap<Long, Answer.AutoStartView> entries = ImmutableMap.of();
  volatile ImmutableList<Answer.WorkerView> workers = ImmutableList.of();
  volatile Answer forgotten = new Answer.WorkerForgotten(ImmutableList.of());
  volatile Answer.Killed killed = new Answer.Killed(ImmutableList.of(), ImmutableMap.of(), 0);

  /** What happens to an answer on its way out. */
  volatile UnaryOperator<CompletableFuture<Answer>> delivery = answer -> answer;

  @Override
  public CompletableFuture<Answer> submit(Command command) {
    commands.add(command);
    return delivery.apply(CompletableFuture.completedFuture(answer(command)));
  }

  /** As new. */
  synchronized void reset() {
    commands.clear();
    procs.clear();
    runs.clear();
    entries = ImmutableMap.of();
    workers = ImmutableList.of();
    forgotten = new Answer.WorkerForgotten(ImmutableList.of());
    killed = new Answer.Killed(ImmutableList.of(), ImmutableMap.of(), 0);
    delivery = answer -> answer;
  }

  /** Commands that would have changed something. */
  List<Command> changes() {
    return commands.stream()
        .filter(command -> !(command instanceof Command.ShowProcs))
        .filter(command -> !(command instanceof Command.QueryRuns))
        .filter(command -> !(command instanceof Command.ShowWorkers))
        .toList();
  }

  private synchronized Answer answer(Command command) {
    return switch (command) {
      case Command.CreateProc create -> create(create.proc());
      case Command.ShowProcs(String name) -> show(name);
      case Command.Execute execute ->
          procs.containsKey(execute.request().procName())
              ? new Answer.Accepted(17)
              : unknown(execute.request().procName());
      case Command.DeleteProc delete ->
          procs.remove(delete.name()) == null ? unknown(delete.name()) : killed;
      case Command.KillRuns kill -> killed;
      case Command.QueryRuns query -> new Answer.Runs(ImmutableList.copyOf(runs));
      case Command.ClearRuns clear -> new Answer.Done();
      case Command.ShowWorkers() -> new Answer.Workers(workers);
      case Command.RegisterWorker register -> throw new AssertionError(register);
      case Command.ForgetWorker forget -> forgotten;
      case Command.LeaveWorker leave -> throw new AssertionError(leave);
    };
  }

  private Answer create(ProcDefinition proc) {
    return procs.putIfAbsent(proc.name(), proc) == null
        ? new Answer.Done()
        : new Answer.Refused("a proc named '%s' exists already".formatted(proc.name()), false);
  }

  private Answer show(String name) {
    if (name.isEmpty()) {
      return new Answer.Procs(ImmutableList.copyOf(procs.values()), entries);
    }
    ProcDefinition proc = procs.get(name);
    return proc == null ? unknown(name) : new Answer.Procs(ImmutableList.of(proc), entries);
  }

  private static Answer unknown(String name) {
    return new Answer.Refused("there is no proc named '%s'".formatted(name), false);
  }
}
