/**
 * What must survive a restart of the worker: a folder per segment, the highest epoch and dispatch
 * number, tombstones.
 */
@NullMarked
package io.procgrid.worker.journal;

import org.jspecify.annotations.NullMarked;
