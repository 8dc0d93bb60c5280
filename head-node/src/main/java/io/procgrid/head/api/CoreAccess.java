package io.procgrid.head.api;

import io.procgrid.head.api.wire.InvalidRequestException;
import io.procgrid.head.core.Answer;
import io.procgrid.head.core.Command;
import io.procgrid.head.engine.CommandGateway;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/** Asks the core and waits for its answer. */
final class CoreAccess {
  private final CommandGateway gateway;

  CoreAccess(CommandGateway gateway) {
    this.gateway = gateway;
  }

  /**
   * Asks the core.
   *
   * @param expected what the command is answered by when it is not refused
   * @throws InvalidRequestException when the core refuses
   * @throws HeadUnavailableException when the head stops before there is an answer
   */
  <A extends Answer> A ask(Command command, Class<A> expected) {
    Answer answer = submit(command);
    if (answer instanceof Answer.Refused(String message, boolean unknown)) {
      throw new InvalidRequestException(unknown ? unknownOutcome(message) : message);
    }
    return expected.cast(answer);
  }

  /** Asks the core; a refusal is an answer like any other. */
  Answer submit(Command command) {
    try {
      return gateway.submit(command).join();
    } catch (CompletionException | CancellationException e) {
      throw new HeadUnavailableException(
          "the head stopped before there was an answer, so whether this was done is unknown; look"
              + " again when it is back");
    }
  }

  private static String unknownOutcome(String message) {
    return message.startsWith("outcome unknown") ? message : "outcome unknown: " + message;
  }
}
