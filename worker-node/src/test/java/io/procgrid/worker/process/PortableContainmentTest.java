package io.procgrid.worker.process;

class PortableContainmentTest extends ContainmentContract {
  @Override
  ContainmentMode mode() {
    return ContainmentMode.PORTABLE;
  }
}
