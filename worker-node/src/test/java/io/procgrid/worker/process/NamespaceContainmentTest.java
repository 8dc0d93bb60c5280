package io.procgrid.worker.process;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("available")
class NamespaceContainmentTest extends ContainmentContractOfLinux {
  static boolean available() {
    return Availability.of(ContainmentMode.NAMESPACE);
  }

  @Override
  ContainmentMode mode() {
    return ContainmentMode.NAMESPACE;
  }

  @Override
  long leaderPid(ContainedTree tree) {
    return NamespacePlace.parse(tree.record().place()).leaderPid();
  }
}
