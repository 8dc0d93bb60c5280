package io.procgrid.worker.journal;

import io.procgrid.worker.process.ProcessRecord;

/**
 * Second slot of a record.
 *
 * @param process the process
 * @param host where it was started
 */
record PlacedProcess(ProcessRecord process, HostStamp host) {}
