package io.procgrid.worker.process;

import java.util.ArrayList;
import java.util.List;
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
  ProcessRecord ofAnotherStart(ProcessRecord record, long pid) {
    NamespacePlace place = new NamespacePlace("another", (int) pid, 1, (int) pid, 1);
    return new ProcessRecord(
        record.containment(), pid, 1, record.bootId(), place.text(), record.startedAtMillis());
  }

  @Override
  List<Integer> processesOf(ProcessRecord record) {
    List<Integer> pids = new ArrayList<>(super.processesOf(record));
    pids.add(NamespacePlace.parse(record.place()).outerPid());
    pids.add((int) record.pid());
    return pids;
  }

  @Override
  int leaderOf(ProcessRecord record) {
    return NamespacePlace.parse(record.place()).leaderPid();
  }
}
