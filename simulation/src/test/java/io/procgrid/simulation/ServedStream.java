package io.procgrid.simulation;

/** A stream as the worker process sees it that serves it. */
record ServedStream(World world, SimulatedWorker worker, long request) {
  /** Its caller is gone, which the worker learns in time. */
  void cancel(Network network) {
    world
        .timeline()
        .after(network.delay(), () -> worker.process().reach(() -> worker.withdraw(request)));
  }
}
