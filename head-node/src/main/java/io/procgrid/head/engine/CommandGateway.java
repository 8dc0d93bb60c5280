package io.procgrid.head.engine;

import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import java.util.concurrent.CompletableFuture;

/** The one way to ask the core for anything. */
public interface CommandGateway {
  /**
   * Hands a command to the core; never blocks.
   *
   * @return the core's answer; completed exceptionally only when the head stops before there is one
   */
  CompletableFuture<Answer> submit(Command command);
}
