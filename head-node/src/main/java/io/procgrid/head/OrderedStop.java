package io.procgrid.head;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the head in order: no new calls, those under way answered, everything stored, the stop
 * noted. No step waits for a worker, and one that fails does not keep the next from being tried.
 */
final class OrderedStop {
  private static final Logger log = LoggerFactory.getLogger(OrderedStop.class);

  /** One thing to stop. */
  interface Step {
    void run() throws Exception;
  }

  private boolean complete = true;

  /** Carries out a step now. */
  OrderedStop step(String what, Step step) {
    try {
      step.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed(what, e);
    } catch (Exception e) {
      failed(what, e);
    }
    return this;
  }

  private void failed(String what, Exception failure) {
    complete = false;
    log.error("the ordered stop could not {}: {}", what, failure.getMessage(), failure);
  }

  /** 0 when every step succeeded, else 1. */
  int exitCode() {
    return complete ? 0 : StartException.EXIT_CODE;
  }
}
