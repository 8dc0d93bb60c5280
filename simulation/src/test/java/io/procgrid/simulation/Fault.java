package io.procgrid.simulation;

/** What can go wrong, by kind: counted, so that a run can show what it met. */
enum Fault {
  MESSAGE_LOST,
  MESSAGE_DUPLICATED,
  MESSAGE_STRAGGLED,
  CONNECTION_BROKEN,
  PARTITION,
  HEAD_CRASH,
  HEAD_PAUSE,
  WORKER_CRASH,
  WORKER_PAUSE,
  HOST_REBOOT,
  ADDRESS_SWAPPED,
  STORE_FAILED,
  JOURNAL_FAILED,
  JOURNAL_TORN,
  LAUNCH_FAILED,
  KILL_RESISTED,
  ADOPTION_FAILED
}
