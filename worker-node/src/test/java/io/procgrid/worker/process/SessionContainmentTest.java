package io.procgrid.worker.process;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("available")
class SessionContainmentTest extends ContainmentContractOfLinux {
  static boolean available() {
    return Availability.of(ContainmentMode.SESSION);
  }

  @Override
  ContainmentMode mode() {
    return ContainmentMode.SESSION;
  }
}
