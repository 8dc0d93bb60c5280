package io.procgrid.simulation;

import com.google.common.collect.ImmutableList;
import io.procgrid.worker.core.Address;
import io.procgrid.worker.core.Command;
import java.util.function.UnaryOperator;

/** Makes a command say something else about whom it is for, or under which number. */
final class Readdressing {
  private Readdressing() {}

  /** The same command for another receiver, or of another term; Connects are left alone. */
  static Command to(Command command, UnaryOperator<Address> change) {
    return switch (command) {
      case Command.Start(Address to, var orders) -> new Command.Start(change.apply(to), orders);
      case Command.Kill(Address to, var orders) -> new Command.Kill(change.apply(to), orders);
      case Command.Forget(Address to, var orders) -> new Command.Forget(change.apply(to), orders);
      case Command.Proceed(Address to, var segments) ->
          new Command.Proceed(change.apply(to), segments);
      case Command.ListInventory(Address to) -> new Command.ListInventory(change.apply(to));
      case Command.Watch(Address to, long acknowledged) ->
          new Command.Watch(change.apply(to), acknowledged);
      case Command.Admit(Address to, var segment) -> new Command.Admit(change.apply(to), segment);
      case Command.Connect _, Command.KillAll _, Command.JoinCluster _, Command.TellStanding _ ->
          command;
    };
  }

  /** A Start whose orders have the numbers from there on. */
  static Command.Start numbered(Command.Start start, long first) {
    ImmutableList.Builder<Command.StartOrder> orders = ImmutableList.builder();
    long number = first;
    for (Command.StartOrder order : start.orders()) {
      orders.add(new Command.StartOrder(order.segment(), number++, order.spec()));
    }
    return new Command.Start(start.to(), orders.build());
  }

  /** A Forget that knows of no number. */
  static Command.Forget numberless(Command.Forget forget) {
    return new Command.Forget(
        forget.to(),
        forget.orders().stream()
            .map(order -> new Command.ForgetOrder(order.segment(), 0))
            .collect(ImmutableList.toImmutableList()));
  }
}
