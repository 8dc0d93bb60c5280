package io.procgrid.worker.process;

class PortableContainmentTest extends ContainmentContract {
  @Override
  ContainmentMode mode() {
    return ContainmentMode.PORTABLE;
  }

  @Override
  ProcessRecord ofAnotherStart(ProcessRecord record, long pid) {
    return new ProcessRecord(
        record.containment(), pid, 0, "", "1970-01-01T00:00:00Z", record.startedAtMillis());
  }
}
