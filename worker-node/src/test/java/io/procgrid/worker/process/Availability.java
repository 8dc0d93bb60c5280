package io.procgrid.worker.process;

import java.util.Set;

/** Whether a mechanism works on the host that runs the tests. */
final class Availability {
  private Availability() {}

  static boolean of(ContainmentMode mode) {
    String identity = "available-" + HostProcesses.uniqueWord();
    try (Containment containment =
        new ContainmentProbe(identity, "testhost", Set.of()).open(mode)) {
      return containment.name().equals(mode.text());
    } catch (ContainmentException e) {
      return false;
    }
  }
}
